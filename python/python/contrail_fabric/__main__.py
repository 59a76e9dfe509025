"""The command line: ``contrail-fabric``, or ``python -m contrail_fabric``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from contrail_fabric import Fabric, Flow, __version__, contrail_api
from contrail_fabric._streams import Piece, decoder, dissect, evpn
from contrail_fabric.errors import FabricError
from contrail_fabric.results import Trace, write_pcapng

def _check(fabric: Fabric, arguments: argparse.Namespace) -> Piece:
    report = fabric.check()
    return str(report), report.to_dict(), not report.findings


def _plan(fabric: Fabric, arguments: argparse.Namespace) -> Piece:
    plan = fabric.plan()
    return str(plan), plan.to_dict(), plan.best is not None


def _trace(fabric: Fabric, arguments: argparse.Namespace) -> Piece:
    if arguments.ends:
        traces: Sequence[Trace] = [fabric.trace(_flow(arguments))]
    else:
        traces = fabric.trace_required()
    if arguments.pcap is not None:
        write_pcapng(traces, arguments.pcap)
    text = "\n".join(map(str, traces)) or "no flow is required\n"
    return text, [trace.to_dict() for trace in traces], all(trace.delivered for trace in traces)


def _routes(fabric: Fabric, arguments: argparse.Namespace) -> Piece:
    routes = fabric.routes()
    return str(routes), routes.to_dict(), True


def _drift(fabric: Fabric, arguments: argparse.Namespace) -> Piece:
    drift = fabric.drift(*map(Path, arguments.sources))
    return str(drift), drift.to_dict(), not drift.causes


def _procedure(fabric: Fabric, arguments: argparse.Namespace) -> Piece:
    plan = fabric.plan()
    if plan.best is None:
        return str(plan), plan.to_dict(), False
    procedure = contrail_api.procedure(fabric, plan.best)
    if arguments.ansible:
        # JSON is YAML.
        return json.dumps(procedure.ansible_tasks, indent=2), procedure.ansible_tasks, True
    return str(procedure), {"steps": [step.to_dict() for step in procedure.steps], "patch": procedure.patch}, True


def _render(fabric: Fabric, arguments: argparse.Namespace) -> Piece:
    page = fabric.render(arguments.output)
    return page if arguments.output is None else "", None, True


def _import(arguments: argparse.Namespace) -> Iterator[Piece]:
    over = [Path(file).read_text(encoding="utf-8") for file in arguments.over]
    imported = contrail_api.read(*arguments.sources, over=over)
    for line in (*imported.findings, *imported.missing, imported.tally):
        print(line, file=sys.stderr)
    yield json.dumps(imported.document, indent=2), imported.document, not imported.findings


def _of_fabric(answer: Callable[[Fabric, argparse.Namespace], Piece]) -> Callable[[argparse.Namespace], Iterator[Piece]]:
    """The one answer of a fabric."""

    def pieces(arguments: argparse.Namespace) -> Iterator[Piece]:
        try:
            fabric = Fabric.load(arguments.fabric)
        except UnicodeDecodeError as error:
            raise FabricError(f"{arguments.fabric}: {error}") from error
        yield answer(fabric.without(arguments.without), arguments)

    return pieces


def _flow(arguments: argparse.Namespace) -> Flow:
    from_, to = arguments.ends
    if arguments.dhcp:
        flow = Flow.dhcp(from_, to)
    elif arguments.udp is not None:
        flow = Flow.udp(from_, to, arguments.udp)
    else:
        flow = Flow.tcp(from_, to, arguments.tcp)
    return flow.over_ipv6() if arguments.ipv6 else flow


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="contrail-fabric",
        description="Asks a Contrail / Tungsten Fabric fabric, as a document in YAML or JSON, what is wrong with it, "
        "what has to change, what a packet does, and what BGP must carry; and tells what captures and messages say.",
        epilog="Exit status: 0 if all is well; 1 if there are findings, if a flow does not arrive or no way works, if a "
        "frame or message cannot be read; 2 if the document, the file or the arguments are wrong.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for answer, name, help in (
        (_check, "check", "what is wrong, why, and what to do"),
        (_plan, "plan", "every way to make the required flows work, and why the others do not"),
        (_trace, "trace", "what a packet and its answer do, hop by hop"),
        (_routes, "routes", "what BGP must carry, speaker by speaker"),
        (_drift, "drift", "how the routes that FRR, GoBGP or Junos print, or that were recorded, differ from the fabric's"),
        (_render, "render", "all of it as a page for a browser, one HTML file that needs nothing beside it"),
        (_procedure, "procedure", "what has to be done for the best way, step by step, and how it is undone"),
    ):
        command = commands.add_parser(name, help=help, description=help)
        command.set_defaults(pieces=_of_fabric(answer), indent=2, json=False)
        command.add_argument("fabric", metavar="FABRIC", help="the document: JSON if it is called so, or else YAML")
        if answer is _render:
            command.add_argument("-o", "--output", metavar="FILE", help="where it is written, instead of being printed")
        else:
            command.add_argument("--json", action="store_true", help="print JSON instead of text")
        command.add_argument(
            "--without", action="append", default=[], metavar="PART", help="as if this device or cable were down"
        )
        if answer is _drift:
            command.add_argument(
                "sources",
                nargs="+",
                metavar="FILE",
                help="what a speaker prints as JSON or XML, an MRT file, a BMP stream or a capture",
            )
        if answer is _procedure:
            command.add_argument("--ansible", action="store_true", help="print a list of tasks for Ansible instead")
        if answer is _trace:
            command.add_argument(
                "ends", nargs="*", metavar="FROM TO", help="the flow's ends; without them all required flows are traced"
            )
            protocol = command.add_mutually_exclusive_group()
            protocol.add_argument("--tcp", type=int, metavar="PORT", help="a TCP flow to this port")
            protocol.add_argument("--udp", type=int, metavar="PORT", help="a UDP flow to this port")
            protocol.add_argument("--dhcp", action="store_true", help="the DHCP conversation of a bare-metal server")
            command.add_argument("--ipv6", action="store_true", help="over IPv6, where both ends have IPv4 addresses too")
            command.add_argument("--pcap", metavar="FILE", help="write the frames on each link as a capture too")
    help = "the document that Contrail's config API or database makes; what is odd or missing goes to standard error"
    command = commands.add_parser("import", help=help, description=help)
    command.set_defaults(pieces=_import, indent=2)
    command.add_argument(
        "sources", nargs="+", metavar="SOURCE", help="a file, folder or archive of what the API answers, or a database dump"
    )
    command.add_argument(
        "--over", action="append", default=[], metavar="FILE", help="lay this document over it: what Contrail does not know"
    )
    command.add_argument("--json", action="store_true", help="print JSON, which it is without this too")
    for pieces, name, file, help in (
        (dissect, "dissect", "capture", "the frames of a pcap or pcapng file, a line each"),
        (evpn, "evpn", "messages", "BGP messages in hex, one on each line of a file, or of - for what is piped in"),
    ):
        command = commands.add_parser(name, help=help, description=help)
        command.set_defaults(pieces=pieces, indent=None)
        command.add_argument(file, metavar="FILE")
        command.add_argument("--json", action="store_true", help="print a JSON object on each line instead of text")
        if pieces is dissect:
            command.add_argument(
                "--mpls-payload",
                type=decoder,
                default="guess",
                metavar="KIND",
                help="what MPLS carries: ip, ethernet, ...; it is guessed otherwise",
            )
    return parser


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    arguments = parser.parse_args(words)
    if arguments.command == "trace":
        has_protocol = arguments.dhcp or arguments.tcp is not None or arguments.udp is not None
        if len(arguments.ends) not in (0, 2):
            parser.error("trace: expected two ends, FROM and TO, or none")
        if bool(arguments.ends) != has_protocol or (arguments.ipv6 and not arguments.ends):
            parser.error("trace: expected both ends and one of --tcp, --udp and --dhcp, or none of them")
    return arguments


def main(words: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit status."""
    arguments = _arguments(words)
    is_well = True
    try:
        for text, data, piece_is_well in arguments.pieces(arguments):
            shown = json.dumps(data, indent=arguments.indent) if arguments.json else text.rstrip("\n")
            if shown:
                print(shown)
            is_well &= piece_is_well
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough; nothing must be left to be flushed at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (FabricError, OSError) as error:
        print(f"contrail-fabric: {error}", file=sys.stderr)
        return 2
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
