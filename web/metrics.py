"""Figures for Prometheus: requests by route and status; no address, no query, no person."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
MEDIA_TYPE = CONTENT_TYPE_LATEST


@dataclass(frozen=True)
class Metrics:
    """The figures of one process, in a registry of their own."""

    registry: CollectorRegistry
    requests: Counter
    seconds: Histogram

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """Return the figures in Prometheus' text format."""
        return generate_latest(self.registry)


def make() -> Metrics:
    """Return figures that start from zero."""
    registry = CollectorRegistry()
    return Metrics(
        registry,
        Counter(
            "wangge_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=registry,
        ),
        Histogram(
            "wangge_request_seconds",
            "Seconds until an answer was complete.",
            ["method", "route"],
            buckets=_SECONDS,
            registry=registry,
        ),
    )
