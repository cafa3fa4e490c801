"""What do the real clients of real venues sign, without a network?"""
