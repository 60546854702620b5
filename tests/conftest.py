"""What holds for all tests."""

from hypothesis import settings

# A busy machine makes no example wrong.
settings.register_profile(
    "unhurried", settings.get_profile(settings.get_current_profile_name()), deadline=None
)
settings.load_profile("unhurried")
