"""`/api/v1/serving-policies`, `/api/v1/enrolments` and `/api/v1/alerts`: who is given secrets, and who was not."""

from __future__ import annotations

from typing import ClassVar

from provd.api._about_one import About
from provd.api._about_serving import ABOUT_ALERTS, ABOUT_ENROLMENTS, ABOUT_SERVING_POLICIES
from provd.api._collection import Collection, routes


class ServingPolicyRoutes(Collection):
    """Serving policies: what must hold before anything that tells secrets is given; the shipped one is listed first."""

    about: ClassVar[About] = ABOUT_SERVING_POLICIES
    app = routes(about)


class EnrolmentRoutes(Collection):
    """Enrolments: for a while devices are given their files with less proof. Deleting one closes it."""

    about: ClassVar[About] = ABOUT_ENROLMENTS
    app = routes(about)


class AlertRoutes(Collection):
    """Alerts: secrets that were not given, and sources that look for devices."""

    about: ClassVar[About] = ABOUT_ALERTS
    app = routes(about)
