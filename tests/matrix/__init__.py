"""What becomes of every kind of order at paper venues when things go wrong?"""
