"""irctest controller for `chat`, our TLS-only IRC server.

    irctest (plaintext) --> tls_proxy.py --> chat (TLS)

irctest speaks plaintext and `chat` has no plaintext port, so a proxy (tls_proxy.py,
next to this file) listens on the port that irctest chose.

Two things are meant to be edited as the server grows:
  * SERVER_COMMAND  how the server is started (or set IRCTEST_CHAT_CMD)
  * render_toml()   the configuration file of one test

Environment:
  IRCTEST_CHAT_CMD       command template, see SERVER_COMMAND
  IRCTEST_CHAT_LENIENT   1: a capability that the server does not offer makes its tests
                         skipped (as irctest does for servers that do not claim it);
                         default: they fail, so that a gap is counted as a gap
  IRCTEST_CHAT_REGISTER  how accounts are made: "register" (draft/account-registration,
                         the default) or "nickserv" (NS REGISTER <password>)
  IRCTEST_CHAT_CLOCK     how a test's fake clock reaches the server: "faketime" (the
                         libfaketime command, the default when installed), "config"
                         (server.clock in the TOML) or "off"
  IRCTEST_CHAT_GAP_MS    pause between what different connections send (see tls_proxy.py);
                         only for servers that handle connections in several threads
  IRCTEST_CHAT_KEEP      1: do not delete the test's directory (configuration, data, logs)
  IRCTEST_DEBUG_LOGS     1: irctest's own; shows the server's and the proxy's output
"""

import atexit
import copy
import dataclasses
import os
from pathlib import Path
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from typing import Any, Dict, List, Optional, Type

from irctest import patma
from irctest.basecontrollers import BaseServerController, DirectoryBasedController
from irctest.runner import NotImplementedByController
from irctest.specifications import Capabilities, OptionalBehaviors

# ---------------------------------------------------------------------------
# THE command.  Fields: {port} TLS port, {websocket_port} TLS port for WebSocket (0 if
# the test wants none), {cert} {key} PEM files, {dir} data folder (kept over a restart),
# {name} server name, {config} TOML file.  It must stay in the foreground and stop on
# SIGTERM within 5 seconds.
# ---------------------------------------------------------------------------
BINARY = Path(__file__).resolve().parents[2] / "dist" / "chat"
SERVER_COMMAND = os.environ.get(
    "IRCTEST_CHAT_CMD",
    f"{BINARY} serve --no-console --listen 127.0.0.1:{{port}} --cert {{cert}} --key {{key}} "
    "--data {dir} --name {name} --config {config}",
)

SERVER_NAME = "My.Little.Server"  # irctest's tests expect this very name
OPER_NAME, OPER_PASSWORD = "operuser", "operpassword"  # irctest's tests log in with these

PROXY = Path(__file__).resolve().parent / "tls_proxy.py"


@dataclasses.dataclass
class Options:
    """What a test asks of the server, before it is written as TOML."""

    port: int
    websocket_port: int  # 0: none
    cert: Path
    key: Path
    data: Path
    motd: Path
    password: Optional[str]
    clock: Optional[str]  # "+1y x30": start one year ahead, 30 times as fast
    run_services: bool  # accounts and NickServ/ChanServ are wanted
    chathistory: bool
    roleplay: bool
    register_before_connect: bool
    register_requires_email: bool
    casemapping: str = "ascii"  # or "precis"
    default_user_modes: str = ""
    always_on: str = "opt-in"  # or "opt-out": accounts stay online by default
    znc_max_messages: int = 100
    proxy_port: int = 0  # the listener for proxies
    proxy_protocol: bool = False  # every connection starts with a PROXY header


# ---------------------------------------------------------------------------
# The configuration file of a test: the keys that chat.toml has today. What a test asks for beyond them fails, and counts.
# ---------------------------------------------------------------------------
def render_toml(o: Options) -> str:
    def value(v: Any) -> str:
        if isinstance(v, bool):
            return "true" if v else "false"
        if isinstance(v, (int, float)):
            return str(v)
        text = str(v).replace("\\", "\\\\").replace('"', '\\"')
        return '"' + text + '"'

    sections: Dict[str, Dict[str, Any]] = {
        "server": {
            "description": "test server",  # expected in LINKS
            "network": "irctest",
            "access": "open",
            "client_certs": "off",
            "motd": o.motd,
        },
        # All of irctest comes from one address, in bursts, and never waits.
        "throttling": {
            "connections_per_address": 0,  # 0: no limit
            "new_connections_per_minute": 0,
            "fakelag": False,
        },
        "accounts": {
            "always_on": "off" if o.always_on == "disabled" else o.always_on,
            "before_connect": o.register_before_connect,
            "email_required": o.register_requires_email,
            "registrations_per_hour": 0,
            "password_length_min": 1,  # irctest's are short
            "password_memory_kib": 8,
            "scram_iterations": 4096,
        },
    }
    if o.casemapping != "ascii":
        sections["server"]["casemapping"] = o.casemapping
    if o.default_user_modes:
        sections["server"]["default_user_modes"] = o.default_user_modes
    if o.password is not None:
        sections["server"]["password"] = o.password

    lines: List[str] = []
    for section, fields in sections.items():
        lines.append(f"[{section}]")
        lines.extend(f"{key} = {value(v)}" for key, v in fields.items())
        lines.append("")
    lines += [
        "[[oper]]",
        f"name = {value(OPER_NAME)}",
        f"password = {value('plain:' + OPER_PASSWORD)}",
        "certificate = false",
        "",
        "[[proxy]]",
        f"listen = {value(f'127.0.0.1:{o.proxy_port}')}",
        'from = ["127.0.0.1"]',
        "",
    ]
    return "\n".join(lines)


# ---------------------------------------------------------------------------
# What we claim.  irctest fails (instead of skipping) a test whose capability or optional
# behaviour is claimed here and is missing in the server.
# ---------------------------------------------------------------------------
LENIENT = os.environ.get("IRCTEST_CHAT_LENIENT", "0") not in ("", "0", "false")

CLAIMED_CAPABILITIES = frozenset(Capabilities) - {Capabilities.STS}

CLAIMED_BEHAVIORS = frozenset(OptionalBehaviors) - {
    OptionalBehaviors.NON_UTF8_MESSAGE,  # excluded by UTF8ONLY
}

CLAIMED_ISUPPORT: Dict[str, Any] = {
    "ACCOUNTEXTBAN": patma.ANYSTR,
    "BOT": patma.ANYSTR,
    "CASEMAPPING": "ascii",
    "ELIST": patma.ANYSTR,
    "EXCEPTS": patma.ANYOPTSTR,
    "EXTBAN": patma.ANYSTR,
    "INVEX": patma.ANYOPTSTR,
    "MONITOR": patma.ANYSTR,
    "MSGREFTYPES": patma.ANYSTR,
    "PREFIX": patma.ANYSTR,
    "STATUSMSG": patma.ANYSTR,
    "TARGMAX": patma.ANYSTR,
    "UTF8ONLY": None,
    "WHOX": None,
}


def _shared_certificate() -> "tuple[Path, Path]":
    """One self-signed certificate per pytest process (a key per test costs too much)."""
    global _certificate
    if _certificate is None:
        folder = Path(tempfile.mkdtemp(prefix="irctest-chat-cert-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        cert, key = folder / "cert.pem", folder / "key.pem"
        openssl = getattr(ChatController, "openssl_bin", "openssl")
        subprocess.run(
            [
                openssl, "req", "-x509", "-newkey", "ec",
                "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-out", cert, "-keyout", key,
            ],  # fmt: skip
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _certificate = (cert, key)
    return _certificate


_certificate: "Optional[tuple[Path, Path]]" = None


class ChatController(BaseServerController, DirectoryBasedController):
    software_name = "chat"
    _port_wait_interval = 0.01
    supported_sasl_mechanisms = {"PLAIN", "SCRAM-SHA-256", "EXTERNAL"}
    supports_sts = False  # STS tells a plaintext client to upgrade; we have no plaintext
    extban_mute_char = "m"
    capabilities = frozenset() if LENIENT else CLAIMED_CAPABILITIES
    optional_behaviors = frozenset() if LENIENT else CLAIMED_BEHAVIORS
    isupport = {} if LENIENT else CLAIMED_ISUPPORT

    # Controllers with a running server.  A test that fails or skips in its setUp() is
    # never torn down, which would leave its server behind.
    _running: "set[ChatController]" = set()

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._proxy: Optional[subprocess.Popen] = None

    @classmethod
    def _kill_leftovers(cls) -> None:
        for controller in list(cls._running):
            controller.kill()

    # -- starting ----------------------------------------------------------

    def run(
        self,
        hostname: str,
        port: int,
        *,
        password: Optional[str],
        ssl: bool,
        run_services: bool,
        faketime: Optional[str],
        websocket_hostname: Optional[str],
        websocket_port: Optional[int],
    ) -> None:
        assert self.proc is None
        self._kill_leftovers()
        self._running.add(self)
        self.create_config()
        assert self.directory
        self.hostname = hostname
        self.port = port

        # irctest's port for the proxy, another one for the server (unless the test
        # itself speaks TLS: no current server test does)
        self._forwards: List[tuple] = []
        if ssl:
            server_port = port
        else:
            (_, server_port) = self.get_hostname_and_port()
            self._forwards.append((port, server_port))
        server_websocket_port = 0
        if websocket_port:
            (_, server_websocket_port) = self.get_hostname_and_port()
            self._forwards.append((websocket_port, server_websocket_port))

        (_, proxy_port) = self.get_hostname_and_port()
        clock = self._choose_clock(faketime)

        (cert, key) = _shared_certificate()
        data = self.directory / "data"
        data.mkdir()
        motd = self.directory / "motd.txt"
        motd.write_text("Welcome to the irctest server.\n")
        self._config_path = self.directory / "chat.toml"
        self._knobs = self._ask_test_for_knobs(server_port)
        self._options = Options(
            port=server_port,
            websocket_port=server_websocket_port,
            proxy_port=proxy_port,
            cert=cert,
            key=key,
            data=data,
            motd=motd,
            password=password,
            clock=clock,
            run_services=run_services,
            chathistory=self.test_config.chathistory,
            roleplay=self.test_config.ergo_roleplay,
            register_before_connect=self.test_config.account_registration_before_connect,
            register_requires_email=self.test_config.account_registration_requires_email,
        )
        self._write_config()
        self._start()

    def _choose_clock(self, faketime: Optional[str]) -> Optional[str]:
        """Sets self._clock_command; returns what the TOML has to say, if anything."""
        self._clock_command: List[str] = []
        self._clock_environment: Dict[str, str] = {}
        if not faketime:
            return None
        way = os.environ.get("IRCTEST_CHAT_CLOCK", "faketime")
        if way == "config":
            self.faketime_enabled = True
            return faketime
        if way == "faketime" and shutil.which("faketime"):
            self.faketime_enabled = True
            self._clock_command = ["faketime", "-f", faketime]
            # Only the wall clock runs fast: timers (pings, timeouts) stay real.
            self._clock_environment = {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        return None

    def _ask_test_for_knobs(self, server_port: int) -> Dict[str, Any]:
        """A few tests change the configuration with a function written for Ergo's.
        It is given the same keys, which _write_config() translates to ours."""
        address = f"127.0.0.1:{server_port}"
        knobs: Dict[str, Any] = {
            "server": {"casemapping": "ascii", "listeners": {address: None}},
            "accounts": {
                "default-user-modes": "",
                "multiclient": {"always-on": "opt-in"},
            },
            "history": {"znc-maxmessages": 100},
        }
        if self.test_config.ergo_config:
            self.test_config.ergo_config(knobs)
        return knobs

    def _write_config(self) -> None:
        knobs = self._knobs
        self._options.casemapping = knobs["server"]["casemapping"]
        self._options.default_user_modes = knobs["accounts"]["default-user-modes"]
        self._options.always_on = knobs["accounts"]["multiclient"]["always-on"]
        self._options.znc_max_messages = knobs["history"]["znc-maxmessages"]
        self._options.proxy_protocol = any(
            (listener or {}).get("proxy")
            for listener in knobs["server"]["listeners"].values()
        )
        self._config_path.write_text(render_toml(self._options))

    def _start(self) -> None:
        options = self._options
        fields = {
            "port": options.port,
            "websocket_port": options.websocket_port,
            "cert": options.cert,
            "key": options.key,
            "dir": options.data,
            "name": SERVER_NAME,
            "config": self._config_path,
        }
        command = [part.format(**fields) for part in shlex.split(SERVER_COMMAND)]
        self.proc = self.execute(
            [*self._clock_command, *command],
            proc_name="chat",
            cwd=self.directory,
            env={**os.environ, **self._clock_environment},
        )
        if self._forwards:
            # --wait: it listens only once the server does, so irctest's own wait for
            # its port (which also checks that the server is alive) waits for both.
            forward = [
                f"--forward=127.0.0.1:{listen}=127.0.0.1:{connect}"
                for listen, connect in self._forwards
            ]
            parent = f"--parent={os.getpid()}"
            gap = f"--gap-ms={os.environ.get('IRCTEST_CHAT_GAP_MS', '0')}"
            command = [sys.executable, "-I", "-S", PROXY, "--wait", parent, gap, *forward]
            command.append(f"--proxy=127.0.0.1:{self._options.proxy_port}")
            if self._options.proxy_protocol:
                command.append("--proxy-always")
            self._proxy = self.execute(command, proc_name="tls_proxy")

    # -- stopping ----------------------------------------------------------

    def _stop_proxy(self) -> None:
        if self._proxy is None:
            return
        self._proxy.terminate()
        try:
            self._proxy.wait(5)
        except subprocess.TimeoutExpired:
            self._proxy.kill()
            self._proxy.wait(5)
        self._proxy = None

    def kill_proc(self) -> None:
        self._stop_proxy()
        super().kill_proc()

    def terminate(self) -> None:
        self._stop_proxy()
        super().terminate()

    def kill(self) -> None:
        self._stop_proxy()
        if os.environ.get("IRCTEST_CHAT_KEEP", "0") not in ("", "0") and self.directory:
            kept = self.directory.with_name(self.directory.name + "-kept")
            shutil.copytree(self.directory, kept)
            print(f"kept: {kept}")
        self._running.discard(self)
        super().kill()

    # -- what some tests call ----------------------------------------------

    def restart(self) -> None:
        """Stops the server gracefully and starts it on the same data."""
        self.kill_proc()
        self.port_open = False
        self._start()
        self.wait_for_port()

    def getConfig(self) -> Dict[str, Any]:
        return copy.deepcopy(self._knobs)

    def rehash(self, case: Any, config: Dict[str, Any]) -> None:
        self._knobs = config
        self._write_config()
        name = "rehasher"
        case.connectClient(nick=name, name=name)
        case.sendLine(name, f"OPER {OPER_NAME} {OPER_PASSWORD}")
        case.sendLine(name, "REHASH")
        case.getMessages(name)
        case.sendLine(name, "QUIT")
        case.assertDisconnected(name)

    def supports_cap(self, capability: str) -> bool:
        # irctest's list of capabilities lacks most drafts (chathistory, metadata, ...),
        # so that a server could not claim them.
        return not LENIENT and capability != "sts"

    def wait_for_services(self) -> None:
        pass  # they are part of the server

    def registerUser(
        self, case: Any, username: str, password: Optional[str] = None
    ) -> None:
        if not case.run_services:
            raise ValueError("registerUser() in a test without run_services")
        assert password
        way = os.environ.get("IRCTEST_CHAT_REGISTER", "register")
        if way == "nickserv":
            line = f"NS REGISTER {password}"
        else:
            line = f"REGISTER * * :{password}"
        if len(line.encode()) > 510:
            raise NotImplementedByController("a password longer than one IRC line")

        client = case.addClient(show_io=False)
        case.sendLine(client, "CAP LS 302")
        caps = case.getCapLs(client)
        if way != "nickserv":
            if LENIENT and "draft/account-registration" not in caps:
                raise NotImplementedByController("account registration")
            case.requestCapabilities(client, ["draft/account-registration"])
        case.sendLine(client, f"NICK {username}")
        case.sendLine(client, "USER r e g :user")
        case.sendLine(client, "CAP END")
        case.skipToWelcome(client)
        case.getMessages(client)
        case.sendLine(client, line)
        # The answer may come after a PONG sent meanwhile (password hashing), so look
        # for it for a while.
        seen: List[Any] = []
        deadline = time.time() + 10
        while time.time() < deadline:
            seen += case.getMessages(client)
            commands = {m.command for m in seen}
            if way == "nickserv":
                done = "NOTICE" in commands or "900" in commands
            else:
                done = any(
                    m.command == "REGISTER" and m.params[:1] == ["SUCCESS"]
                    for m in seen
                )
            if done:
                break
            assert "FAIL" not in commands, f"registration failed: {seen}"
            time.sleep(0.05)
        else:
            raise AssertionError(f"no answer to the registration: {seen}")
        case.sendLine(client, "QUIT")
        case.assertDisconnected(client)


atexit.register(ChatController._kill_leftovers)


def get_irctest_controller_class() -> Type[ChatController]:
    return ChatController
