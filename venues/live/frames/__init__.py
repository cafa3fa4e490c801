"""What do the frames of a venue's websocket say of its book? Bytes to ticks and lots, checked."""
