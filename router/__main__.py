"""What does `python -m router` do: the same as the command fathom."""

from router.cli import main

if __name__ == "__main__":
    main()
