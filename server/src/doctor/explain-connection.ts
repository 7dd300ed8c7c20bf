import type { Finding } from './finding.ts';

/** A server of the configuration, as it may be shown: without user and password. */
export interface ServerAddress {
  /** The variable that holds it. */
  readonly variable: string;
  readonly host: string;
  readonly port: number;
}

type Explanation = Pick<Finding, 'message'> & { readonly cure: string };

/** Host and port of an address, without what is secret in it. */
export function serverAddress(variable: string, url: string, defaultPort: number): ServerAddress {
  const parsed = URL.parse(url);
  const host = parsed?.hostname || parsed?.searchParams.get('host') || 'localhost';
  return { variable, host, port: Number(parsed?.port || defaultPort) };
}

/** Why a server cannot be talked to, by what the system or TLS said; null when the connection was not the trouble. */
export function explainConnection(error: unknown, { variable, host, port }: ServerAddress): Explanation | null {
  const [code, message] = [codeOf(error), error instanceof Error ? error.message : ''];
  const there = `${host}:${port}`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { message: `No machine is known by the name "${host}".`, cure: `Correct the host in ${variable}.` };
  }
  if (code === 'ECONNREFUSED' || code === 'ENOENT') {
    return { message: `Nothing listens on ${there}.`, cure: `Start that server, or correct host and port in ${variable}.` };
  }
  if (SILENT.has(code) || /timeout exceeded|timed out/i.test(message)) {
    return {
      message: `${there} does not answer.`,
      cure: `Check host and port in ${variable}, and the firewalls between this machine and that one.`,
    };
  }
  if (UNTRUSTED.test(code)) {
    return {
      message: `The certificate of ${there} is not trusted (${code}).`,
      cure: 'Name the file of its authority in NODE_EXTRA_CA_CERTS, or give the server a certificate that is valid for its name.',
    };
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || /does not support SSL/.test(message)) {
    return { message: `${there} speaks no TLS.`, cure: `Ask for none in ${variable}, or switch TLS on at that server.` };
  }
  if (code === 'ECONNRESET' || code === 'EPIPE' || /Connection (?:terminated|is closed)|RESP type/i.test(message)) {
    return {
      message: `${there} does not answer as it should.`,
      cure: `Check that ${variable} names the port of the right server, and asks for TLS if that wants it.`,
    };
  }
  return null;
}

const SILENT = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']);
const UNTRUSTED = /SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)|^CERT_|ALTNAME_INVALID/;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
