"""Does the real engine keep promises 1 to 3 while everything around it fails?"""
