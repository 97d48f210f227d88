"""The followers bouture knows by name; other packages add theirs through the entry-point group."""

from typing import Any

from bouture.catalog import Catalog

FOLLOWERS: Catalog[type[Any]] = Catalog(
    "follower",
    "bouture.followers",
    {
        "self_correction": "bouture.strategies.followers.self_correction.self_correction:SelfCorrection",
        "verification": "bouture.strategies.followers.verification.verification:Verification",
    },
)
