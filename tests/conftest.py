"""What every test shares: how hypothesis runs here."""

from hypothesis import HealthCheck, settings

# No deadline: nothing timed sits in the suite, and a first kernel call compiles for seconds.
settings.register_profile("fathom", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fathom")
