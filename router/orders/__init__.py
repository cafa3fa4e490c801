"""What has been ordered: lifecycles, reservations, positions, and what only the venue knows."""
