// The judges beside Bun: openssl's and Python's own verification, at their strictest.

/** `openssl verify -x509_strict`: "OK", or its reason for refusing. */
export function opensslVerdict(
  caPath: string,
  path: string,
  purpose: "sslserver" | "sslclient",
  ...more: string[]
): string {
  const command = ["openssl", "verify", "-x509_strict", "-CAfile", caPath, "-purpose", purpose, ...more, path]
  const { exitCode, stderr } = Bun.spawnSync(command)
  return exitCode === 0 ? "OK" : (/lookup: *(.*)/.exec(String(stderr))?.[1] ?? String(stderr))
}

/** Connects to a TLS server with Python's VERIFY_X509_STRICT; "TLSv1.3", or its reason for refusing. */
export async function pythonVerdict(port: number, caPath: string): Promise<string> {
  const script = `
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[2])
context.verify_flags |= ssl.VERIFY_X509_STRICT
try:
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as raw:
        with context.wrap_socket(raw, server_hostname="127.0.0.1") as tls:
            print(tls.version())
except ssl.SSLCertVerificationError as error:
    print(error.verify_message)
`
  const child = Bun.spawn(["python3", "-c", script, String(port), caPath], { stderr: "inherit" })
  return (await new Response(child.stdout).text()).trim()
}

/** Runs openssl in a folder: its exit code, and all it said. */
export function openssl(cwd: string, ...args: readonly string[]): { code: number; out: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync(["openssl", ...args], { cwd })
  return { code: exitCode, out: `${stdout}${stderr}` }
}
