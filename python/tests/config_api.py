"""A stand-in for Contrail's config API: paging by markers, ETags, references, tokens, and errors on demand."""

import json
import threading
import uuid
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN = "let-me-in"


class ConfigApi:
    def __init__(self, lists=()):
        self.objects = {kind: {} for kind in ("virtual-network", "logical-router", "virtual-machine-interface")}
        for kind, answer in dict(lists).items():
            self.objects[kind] = {it[kind]["uuid"]: it[kind] for it in answer[f"{kind}s"]}
        self.requests = []
        self.faults = []  # statuses of the next answers; None for the right one
        self.before = lambda method, url: None
        self.tokens = None  # those that are valid, if there have to be any

    def add(self, kind, name):
        made = {"uuid": str(uuid.uuid4()), "fq_name": ["default-domain", "admin", name]}
        self.objects.setdefault(kind, {})[made["uuid"]] = made
        return made["uuid"]

    def answer(self, method, target, body, token):
        url = urlsplit(target)
        self.requests.append((method, target))
        self.before(method, target)
        if url.path == "/v3/auth/tokens":
            fresh = f"{TOKEN}-{len(self.requests)}"
            self.tokens.add(fresh)
            return 201, {}, {"X-Subject-Token": fresh}
        if self.faults and (status := self.faults.pop(0)) is not None:
            return status, {}, {}
        if self.tokens is not None and token not in self.tokens:
            return 401, {}, {}
        query = {key: value for key, [value] in parse_qs(url.query).items()}
        place, _, key = url.path[1:].partition("/")
        if url.path == "/fqname-to-id":
            found = self.find(body["type"], body["fq_name"])
            return (200, {"uuid": found}, {}) if found else (404, {}, {})
        if url.path == "/ref-update":
            return self.ref_update(body)
        if key:
            return self.single(method, place, key, body)
        kind = place.removesuffix("s")
        if kind not in self.objects:
            return 404, {}, {}
        return self.create(kind, body[kind]) if method == "POST" else self.page(kind, query)

    def find(self, kind, name):
        return next((key for key, it in self.objects[kind].items() if it["fq_name"] == name), None)

    def page(self, kind, query):
        known = self.objects[kind]
        keys = sorted(key for key in known if key > query.get("page_marker", ""))
        limit = int(query.get("page_limit", 0))
        marker = keys[limit - 1] if limit and len(keys) > limit else None
        is_detailed = query.get("detail") == "true"
        told = [
            {kind: known[key]} if is_detailed else {"uuid": key, "fq_name": known[key]["fq_name"]}
            for key in keys[: limit or None]
        ]
        return 200, {f"{kind}s": told} | ({"marker": marker} if limit else {}), {}

    def single(self, method, kind, key, body):
        if key not in self.objects[kind]:
            return 404, {}, {}
        if method == "DELETE":
            del self.objects[kind][key]
            return 200, {}, {}
        if method == "PUT":
            self.objects[kind][key].update(body[kind])
        return 200, {kind: self.objects[kind][key]}, {"ETag": '"2021-01-25T00:00:00"'}

    def create(self, kind, fields):
        if self.find(kind, fields["fq_name"]):
            return 409, {}, {}
        made = fields | {"uuid": str(uuid.uuid4())}
        self.objects[kind][made["uuid"]] = made
        return 200, {kind: made}, {}

    def ref_update(self, body):
        one, to = self.objects[body["type"]].get(body["uuid"]), body["ref-uuid"]
        if one is None or to not in self.objects[body["ref-type"]]:
            return 404, {}, {}
        field = body["ref-type"].replace("-", "_") + "_refs"
        others = [it for it in one.get(field, []) if it["to"] != body["ref-fq-name"]]
        added = [{"to": body["ref-fq-name"], "uuid": to, "attr": body["attr"]}]
        one[field] = others + (added if body["operation"] == "ADD" else [])
        return 200, {"uuid": body["uuid"]}, {}

    @contextmanager
    def served(self):
        api, lock = self, threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length)) if length else None
                token = self.headers.get("X-Auth-Token") or self.headers.get("Authorization")
                with lock:
                    answer = api.answer(self.command, self.path, body, token)
                status, data, headers = answer
                if status is ConnectionError:
                    self.close_connection = True
                    return
                text = json.dumps(data).encode()
                self.send_response(status)
                content = {"Content-Type": "application/json", "Content-Length": str(len(text))}
                for name, value in {**headers, **content}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            do_POST = do_PUT = do_DELETE = do_GET

            def log_message(self, *args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
