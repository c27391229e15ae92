"""Send messages to the runner by mail, ntfy, Telegram, desktop … through Apprise (the extra ``notify``).

The only module that imports Apprise. A destination is an Apprise URL, like ``ntfy://my-secret-topic`` or
``mailto://name:password@example.org``; error messages never show the secrets in it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from runlog.errors import BadInput, MissingExtra

if TYPE_CHECKING:
    from collections.abc import Sequence

_SERVICES_HINT = "https://appriseit.com/services lists what there is"


def send_message(urls: Sequence[str], title: str, body: str) -> list[str]:
    """Send one message to all of these.

    Returns:
        Of each place that could not be reached, which and why.

    Raises:
        MissingExtra: Apprise is not installed.
        BadInput: there is no place to send to, one is none, or none could be reached.
    """
    if not urls:
        raise BadInput(
            'no place to send to; name some in config.toml: notify = ["ntfy://my-secret-topic"] '
            f"({_SERVICES_HINT})"
        )
    services = [_load_service(number, url) for number, url in enumerate(urls, start=1)]
    failures = [failure for service in services if (failure := _try_send(service, title, body))]
    if len(failures) == len(services):
        raise BadInput(f"not sent: {'; '.join(failures)}")
    return failures


def _load_service(number: int, url: str) -> Any:  # noqa: ANN401 - Apprise tells no types
    try:
        import apprise
    except ImportError as error:
        raise MissingExtra(
            "messages need Apprise; install it with: python -m pip install 'runlog[notify]'"
        ) from error
    service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if service is None:
        raise BadInput(f"notify, entry {number}: this is no place that Apprise can send to; {_SERVICES_HINT}")
    return service


def _try_send(service: Any, title: str, body: str) -> str:  # noqa: ANN401 - likewise
    """Why a message did not get through; "" where it did."""
    import apprise

    with apprise.LogCapture(level=logging.WARNING) as log:  # type: ignore[no-untyped-call]  # Apprise's own
        sent = service.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
        said = log.getvalue().strip()
    place = service.url(privacy=True)
    return "" if sent else f"{place} ({said.splitlines()[-1] if said else 'no reason given'})"
