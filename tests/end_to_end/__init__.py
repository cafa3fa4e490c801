"""Does an engine trade at real venues' protocols from order to fill and back?"""
