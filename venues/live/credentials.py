"""What opens an account, and how is it kept from being shown?"""

from typing import Final

SHOWN: Final = "[secret]"


class Credentials:
    """Key and secret of one account; never in a repr, a log, a comparison or a pickle.

    `wallet` and `private_key` are Hyperliquid's: the address traded for, and its agent's key.
    """

    __slots__ = ("_api_key", "_passphrase", "_private_key", "_secret", "_wallet")

    def __init__(
        self,
        *,
        api_key: str = "",
        secret: str = "",
        passphrase: str = "",
        wallet: str = "",
        private_key: str = "",
    ) -> None:
        self._api_key = api_key
        self._secret = secret
        self._passphrase = passphrase
        self._wallet = wallet
        self._private_key = private_key

    def __repr__(self) -> str:
        return f"Credentials({SHOWN})"

    def __reduce__(self) -> str:
        raise TypeError("credentials are not copied out of the process")

    def for_ccxt(self) -> dict[str, str]:
        """Return what ccxt signs with, under its own names; only what is set."""
        named = {
            "apiKey": self._api_key,
            "secret": self._secret,
            "password": self._passphrase,
            "walletAddress": self._wallet,
            "privateKey": self._private_key,
        }
        return {name: value for name, value in named.items() if value}

    def secrets(self) -> tuple[str, ...]:
        """Return the values to scrub from every log (the wallet address is public)."""
        kept = (self._api_key, self._secret, self._passphrase, self._private_key)
        return tuple(value for value in kept if value)
