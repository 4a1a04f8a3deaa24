// Every limit of the wire by name. The numbers of the specifications are fixed; those a site may want
// otherwise are defaults of `[limits]` in chat.toml.

/** Bytes of a line without its tags, with CR LF: https://modern.ircdocs.horse/#message-format */
export const LINE_BYTES_MAX = 512
/** Bytes of what a client's tags may take, from `@` to the space: message-tags, "size limit". */
export const CLIENT_TAG_BYTES_MAX = 4096
/** Bytes of the tags of a line from a server: message-tags, "size limit". */
export const SERVER_TAG_BYTES_MAX = 8191
/** Bytes of client tags that each line of a message repeats for who reads it line by line; longer ones stand on the first. */
export const REPEATED_TAG_BYTES_MAX = 256
/** Parameters of a command: RFC 2812 §2.3. */
export const PARAMS_MAX = 15
/** Nicks of one USERHOST: RFC 2812 §4.8. */
export const USERHOST_MAX = 5
/** Metadata that a guest who logs in brings along; not of `[limits]`, since the log is replayed under other ones. */
export const METADATA_KEYS_MAX = 20
/** Bytes, so that 761 fits in a line with the longest names of server, nick and channel. */
export const METADATA_KEY_BYTES_MAX = 32
export const METADATA_VALUE_BYTES_MAX = 300
/** Members of a channel whose metadata a JOIN brings along; of a larger one it is asked for with SYNC. */
export const METADATA_SYNC_MEMBERS_MAX = 100
/** Bytes of base64 in one AUTHENTICATE: https://ircv3.net/specs/extensions/sasl-3.1.html#the-authenticate-command */
export const SASL_CHUNK_BYTES = 400
/** Bytes of base64 in all chunks of one response: three of them. */
export const SASL_RESPONSE_BYTES_MAX = 1200
/** Bytes of a password, so that it fits into any command that may hold it: account-registration, "server considerations". */
export const PASSWORD_BYTES_MAX = 300
/** Bytes of an address: https://www.rfc-editor.org/errata/eid1690 */
export const EMAIL_BYTES_MAX = 254
/** Certificates that one account logs in with, besides those of an authority. */
export const CERTIFICATES_MAX = 10
/** Bytes of such a certificate's name. */
export const CERTIFICATE_NAME_BYTES_MAX = 64
/** Conversations of which one account has told until when it has read them. */
export const READ_MARKERS_MAX = 2000
/** Slow mode of a channel: the longest wait between two messages, six hours. */
export const SLOW_SECONDS_MAX = 21_600
/** Bans of the network. */
export const NETWORK_BANS_MAX = 10_000
/** Invitations that are open at once. */
export const INVITATIONS_MAX = 10_000
/** Requests for a certificate that wait for approval, or for their end. */
export const REQUESTS_MAX = 1000
/** Certificates of one account that have not expired; made on request. */
export const ISSUED_CERTIFICATES_MAX = 100
/** The same with those that were taken back, which a member has asked for without anybody's help. */
export const ISSUED_CERTIFICATES_KEPT_MAX = 1000
/** Characters of why one is revoked: it reaches its person in one line with other words. */
export const REVOCATION_REASON_LENGTH_MAX = 100
/** How long a member's invitation for another device of their own is good, and how soon the next may follow. */
export const DEVICE_INVITATION_TTL_MS = 900_000
export const DEVICE_INVITATION_EVERY_MS = 10_000
/** That a certificate is used is noted so often at most. */
export const CERTIFICATE_USE_NOTED_EVERY_MS = 3_600_000
/** Failed attempts at OPER that are recorded of each operator's name in that time; the rest is counted. */
export const OPER_FAILURES_RECORDED_MAX = 10
export const OPER_FAILURES_PERIOD_MS = 3_600_000
/** Bytes of one HTTP request, head and body: a request for a certificate of the largest key fits. */
export const HTTP_REQUEST_BYTES_MAX = 8192
/** ms in which a client closes the batch that it has opened. */
export const BATCH_OPEN_MS_MAX = 60_000
/** Tokens in one 005 line: https://modern.ircdocs.horse/#rplisupport-005 */
export const ISUPPORT_TOKENS_MAX = 13

/** What `[limits]` of chat.toml changes; lengths in bytes of UTF-8, times in ms. */
export interface Limits {
  readonly nickLength: number
  readonly usernameLength: number
  readonly realnameLength: number
  readonly channelLength: number
  readonly topicLength: number
  readonly kickLength: number
  readonly awayLength: number
  readonly keyLength: number
  readonly channelsPerUser: number
  readonly channels: number
  /** That one account has registered. */
  readonly channelsPerAccount: number
  readonly listModes: number
  /** Modes with a parameter in one MODE. */
  readonly modes: number
  /** Channels and nicks that one message may be for. */
  readonly targets: number
  /** Nicks that a session watches. */
  readonly monitor: number
  /** Users whom a user accepts. */
  readonly accepts: number
  /** Nicks that were given up and that WHOWAS still knows. */
  readonly whowas: number
  readonly metadataKeys: number
  readonly metadataSubs: number
  readonly metadataValueBytes: number
  readonly historyPage: number
  readonly multilineBytes: number
  readonly multilineLines: number
  readonly sendqBytes: number
  readonly recvqBytes: number
  readonly tlsTimeoutMs: number
  readonly registrationTimeoutMs: number
  readonly pingAfterMs: number
  readonly pingTimeoutMs: number
}

export const DEFAULT_LIMITS: Limits = {
  nickLength: 32,
  usernameLength: 16,
  realnameLength: 150,
  channelLength: 64,
  topicLength: 390,
  kickLength: 390,
  awayLength: 200,
  keyLength: 23,
  channelsPerUser: 100,
  channels: 10_000,
  channelsPerAccount: 20,
  listModes: 60,
  modes: 6,
  targets: 4,
  monitor: 100,
  accepts: 100,
  whowas: 1000,
  metadataKeys: METADATA_KEYS_MAX,
  metadataSubs: 50,
  metadataValueBytes: METADATA_VALUE_BYTES_MAX,
  historyPage: 100,
  multilineBytes: 4096,
  multilineLines: 32,
  sendqBytes: 1_048_576,
  recvqBytes: 16_384,
  tlsTimeoutMs: 10_000,
  registrationTimeoutMs: 30_000,
  pingAfterMs: 90_000,
  pingTimeoutMs: 30_000,
}
