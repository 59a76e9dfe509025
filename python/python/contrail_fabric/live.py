"""Contrail's config API over HTTP: what it holds is fetched, and what a plan needs is done. ``contrail-fabric[live]`` brings
what this needs."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

from contrail_fabric.contrail_api import Action, Imported, Procedure, read
from contrail_fabric.errors import FabricError

__all__ = ["TYPES", "Api", "ApiError", "Applied", "Fetched", "Keystone"]

TYPES = (
    "fabric",
    "global-system-config",
    "global-vrouter-config",
    "physical-router",
    "physical-interface",
    "logical-interface",
    "bgp-router",
    "network-ipam",
    "virtual-network",
    "virtual-port-group",
    "virtual-machine-interface",
    "instance-ip",
    "logical-router",
    "virtual-router",
    "routing-instance",
    "route-target",
    "node",
    "port",
    "floating-ip",
)
"""The types of objects that say something of a fabric."""

_PASSING = frozenset({500, 502, 503, 504})
# What says that an object is there, or gone, already.
_DONE_BEFORE = {"POST": 409, "DELETE": 404}
_UUID_OF = re.compile(r"\{uuid of (\S+) ([^}]+)\}")


class ApiError(FabricError):
    """What the API, or keystone, refuses or does not answer."""

    status: int | None
    """The status of its answer; none if there was no answer."""

    def __init__(self, message: str, status: int | None) -> None:
        super().__init__(message)
        self.status = status

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.status)


@dataclass(frozen=True, slots=True)
class Keystone:
    """Who asks, as keystone (API version 3) knows it."""

    url: str
    """``http://keystone:5000/v3``"""
    user: str
    """The user's name."""
    password: str
    """The user's password."""
    project: str
    """The name of the project that the token is for."""
    user_domain: str = "Default"
    """The name of the user's domain."""
    project_domain: str = "Default"
    """The name of the project's domain."""

    def _request(self) -> dict[str, Any]:
        user = {"name": self.user, "password": self.password, "domain": {"name": self.user_domain}}
        identity = {"methods": ["password"], "password": {"user": user}}
        scope = {"project": {"name": self.project, "domain": {"name": self.project_domain}}}
        return {"auth": {"identity": identity, "scope": scope}}

    def __repr__(self) -> str:
        return f"Keystone({self.url!r}, {self.user!r}, project={self.project!r})"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the API holds."""

    objects: tuple[Mapping[str, Any], ...]
    """All objects, each in its envelope."""
    changed: Mapping[str, int]
    """How many objects came, went or were told twice while they were read, by type. All of it is settled: those that are
    gone are left out, and those that came are there."""
    unknown_types: tuple[str, ...]
    """Types that this API does not have."""

    def read(self, over: str | Mapping[str, Any] | Sequence[str | Mapping[str, Any]] = ()) -> Imported:
        """What the objects make together, as ``contrail_api.read``."""
        return read(list(self.objects), over=over)


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done of a procedure."""

    calls: tuple[str, ...]
    """The calls that were made, ``POST /ref-update``."""
    left_out: tuple[str, ...]
    """Calls that were left out, as what they make is there, or what they delete is not."""
    by_hand: tuple[Action, ...]
    """What somebody has to do on devices and hosts."""


class Api:
    """A config API. Requests that fail in passing are made again, each time after a pause twice as long.

    ``auth`` is a user and password for basic authentication, or what keystone needs to give a token. ``retries`` is how
    often a request is made again, ``pause`` the first pause and ``timeout`` the longest wait for an answer, in seconds.
    """

    def __init__(
        self,
        url: str,
        auth: tuple[str, str] | Keystone | None = None,
        *,
        retries: int = 4,
        pause: float = 0.5,
        timeout: float = 60.0,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        basic = auth if isinstance(auth, tuple) else None
        self._client = httpx.Client(base_url=url, auth=basic, timeout=timeout)
        self._keystone = auth if isinstance(auth, Keystone) else None
        self._retries, self._pause, self._sleep = retries, pause, sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def fetch(
        self,
        types: Iterable[str] = TYPES,
        *,
        page: int = 500,
        progress: Callable[[str, int], object] | None = None,
    ) -> Fetched:
        """Reads all objects of these types, so many at a time, and changes nothing. ``progress`` is told the type and how
        many of it were read after each page.

        Raises ``ApiError`` if the API refuses, or does not answer.
        """
        objects: list[Mapping[str, Any]] = []
        changed: dict[str, int] = {}
        unknown: list[str] = []
        for kind in types:
            found = self._collection(kind, page, progress)
            if found is None:
                unknown.append(kind)
                continue
            of_type, changes = found
            objects.extend({kind: it} for it in of_type)
            if changes:
                changed[kind] = changes
        return Fetched(tuple(objects), changed, tuple(unknown))

    def apply(self, procedure: Procedure) -> Applied:
        """Makes a procedure's calls, in order. Made again they change nothing.

        What has to be done by hand is not waited for. Raises ``ApiError`` if the API refuses; what was done before stays.
        """
        calls: list[str] = []
        left_out: list[str] = []
        by_hand: list[Action] = []
        for action in (action for step in procedure.steps for action in step.actions):
            if action.kind != "call":
                by_hand.append(action)
                continue
            call = action.to_dict()
            told, guard = f"{call['method']} {call['path']}", call.get("object")
            if guard is not None and (self._uuid(*guard) is None) != (call["method"] == "POST"):
                left_out.append(told)
                continue
            path, body = self._resolved(call["path"]), self._resolved(call["body"])
            try:
                self._ask(call["method"], path, json=body)
            except ApiError as error:
                # The answer was lost, and the call made again.
                if guard is None or error.status != _DONE_BEFORE.get(call["method"]):
                    raise
            calls.append(told)
        return Applied(tuple(calls), tuple(left_out), tuple(by_hand))

    def _collection(
        self, kind: str, page: int, progress: Callable[[str, int], object] | None
    ) -> tuple[list[Mapping[str, Any]], int] | None:
        """All objects of a type, and how many of them changed meanwhile; nothing if there is no such type."""
        found: dict[str, Mapping[str, Any]] = {}
        changes = 0
        marker: str | None = ""
        while marker is not None:
            query = {"detail": "true", "page_limit": str(page)} | ({"page_marker": marker} if marker else {})
            answer = self._ask("GET", f"/{kind}s", params=query, absent=True)
            if answer is None:
                # Something was deleted while it was read. What is there, the list of names says.
                break
            for it in answer[f"{kind}s"]:
                changes += it[kind]["uuid"] in found
                found[it[kind]["uuid"]] = it[kind]
            if progress is not None:
                progress(kind, len(found))
            marker = answer.get("marker") or None
        names = self._ask("GET", f"/{kind}s", absent=True)
        if names is None:
            return None
        uuids = dict.fromkeys(name["uuid"] for name in names[f"{kind}s"])
        changes += len(found.keys() - uuids.keys())
        settled = []
        for uuid in uuids:
            if uuid not in found:
                changes += 1
                single = self._ask("GET", f"/{kind}/{uuid}", absent=True)
                if single is None:
                    continue
                found[uuid] = single[kind]
            settled.append(found[uuid])
        return settled, changes

    def _uuid(self, kind: str, name: list[str]) -> str | None:
        answer = self._ask("POST", "/fqname-to-id", json={"type": kind, "fq_name": name}, absent=True)
        return None if answer is None else str(answer["uuid"])

    def _resolved(self, value: Any) -> Any:
        """With UUIDs in place of what stands for them."""
        match value:
            case str():
                return _UUID_OF.sub(self._named, value)
            case list():
                return [self._resolved(item) for item in value]
            case dict():
                return {key: self._resolved(item) for key, item in value.items()}
        return value

    def _named(self, meant: re.Match[str]) -> str:
        kind, name = meant.groups()
        uuid = self._uuid(kind, name.split(":"))
        if uuid is None:
            raise ApiError(f"there is no {kind} {name}", 404)
        return uuid

    def _ask(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, json: Any = None, absent: bool = False
    ) -> Any:
        """What is answered; nothing for what is not there, if it may be absent."""
        if self._keystone is not None and "X-Auth-Token" not in self._client.headers:
            self._log_in(self._keystone)
        answer = self._sent(method, path, params, json)
        if answer.status_code == 401 and self._keystone is not None:
            self._log_in(self._keystone)
            answer = self._sent(method, path, params, json)
        if answer.status_code == 404 and absent:
            return None
        if not answer.is_success:
            text = answer.text.strip()[:200]
            raise ApiError(f"{method} {answer.url}: {answer.status_code} {text}".rstrip(), answer.status_code)
        return answer.json() if answer.content else {}

    def _log_in(self, keystone: Keystone) -> None:
        answer = self._sent("POST", f"{keystone.url.rstrip('/')}/auth/tokens", None, keystone._request())
        token = answer.headers.get("X-Subject-Token")
        if not answer.is_success or token is None:
            raise ApiError(f"keystone gives {keystone.user} no token: {answer.status_code}", answer.status_code)
        self._client.headers["X-Auth-Token"] = token

    def _sent(self, method: str, path: str, params: Mapping[str, str] | None, json: Any) -> httpx.Response:
        attempt = 0
        while True:
            try:
                answer = self._client.request(method, path, params=params, json=json)
            except httpx.TransportError as error:
                if attempt == self._retries:
                    raise ApiError(f"{method} {path}: {error}", None) from error
            else:
                if answer.status_code not in _PASSING or attempt == self._retries:
                    return answer
            self._sleep(self._pause * 2**attempt)
            attempt += 1
