"""A record, read: its events in words, and an archive's entries."""

import json
import os
import re

from harness import TMP, check, equal


def place(name):
    """A file that is not there yet."""
    path = os.path.join(TMP, name)
    if os.path.exists(path):
        os.remove(path)
    return path


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def brief(event):
    """An event in words."""
    kind, way = event["type"], {"in": "<", "out": ">"}.get(event.get("dir"))
    if kind == "close":
        return f"{way} close {event['code']} {event['reason']}"
    if way:
        data = event.get("data", event.get("base64"))
        return f"{way} {kind} {data}"
    return kind


def briefly(path):
    return [brief(event) for event in lines(path)]


def check_har(path):
    """What HAR 1.2 asks for is there, with its type; the log's entries."""
    with open(path, encoding="utf-8") as file:
        log = json.load(file)["log"]
    equal((log["version"], log["creator"]["name"]), ("1.2", "wstap"), "log")
    for entry in log["entries"]:
        kinds = {
            "startedDateTime": str, "time": (int, float), "request": dict,
            "response": dict, "cache": dict, "timings": dict}
        request = {"method": str, "url": str, "httpVersion": str,
                   "cookies": list, "headers": list, "queryString": list,
                   "headersSize": int, "bodySize": int}
        response = {"status": int, "statusText": str, "httpVersion": str,
                    "cookies": list, "headers": list, "content": dict,
                    "redirectURL": str, "headersSize": int, "bodySize": int}
        for part, wanted in ((entry, kinds), (entry["request"], request),
                             (entry["response"], response)):
            for key, kind in wanted.items():
                check(isinstance(part[key], kind), f"{key}: {part[key]!r}")
        for key in ("send", "wait", "receive"):
            check(entry["timings"][key] >= 0, f"{key} of timings")
        check(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z",
                           entry["startedDateTime"]), "its date")
        equal(entry["_resourceType"], "websocket", "its type")
    return log["entries"]


def messages(entry):
    return [({"send": ">", "receive": "<"}[m["type"]], m["opcode"], m["data"])
            for m in entry["_webSocketMessages"]]
