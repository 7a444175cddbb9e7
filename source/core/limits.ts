/**
 * Limits and intervals of the program. Every number that a peer can influence has an upper bound here, or beside
 * the field of the encoding that contains it (codec/message-fields.ts).
 *
 * The table in protocol.md, section Limits, has the same names and values; a test compares both. The unit is in the name:
 * `_MS` milliseconds, `_BYTES` bytes, `_PER_SECOND` a rate. Names without a unit are counts or fractions.
 */

// Frames and messages
/** Maximum payload bytes of a frame and of a log record. The limit bounds the memory for one message. */
export const MAX_FRAME_BYTES = 1024 * 1024;
/** Maximum depth of nested arrays and maps. The limit bounds the work of the decoder. */
export const MAX_NESTING = 16;
/**
 * Maximum number of values in a frame: all elements of arrays, and all keys and values of maps. The limit bounds the
 * objects that one message can create.
 */
export const MAX_VALUES = 8192;
/** Maximum total bytes of the entries in a batch. Several batches of this size fit into one frame. */
export const MAX_BATCH_BYTES = 256 * 1024;
/** Maximum number of entries in a batch. The limit bounds the time to verify and decode a batch. */
export const MAX_BATCH_ENTRIES = 128;
/**
 * Maximum total bytes of the node's own earlier events that it pushes again together with a later event, to a peer that
 * may lack them.
 */
export const MAX_REPEATED_PUSH_BYTES = 4096;
/** Maximum bytes of one entry: twice what a text of MAX_TEXT_BYTES and the other fields need. */
export const MAX_ENTRY_BYTES = 32 * 1024;
/** Maximum total bytes of the entries in the answer to one `want`. Such an answer fits into one frame. */
export const MAX_ANSWER_BYTES = 1000 * 1024;
/** Maximum number of feeds in an inventory page or delta (`have`). */
export const MAX_HAVE_FEEDS = 256;
/** Number of buckets of the inventory digest, one for each possible first byte of a peer id. */
export const HAVE_BUCKETS = 256;
/** Maximum number of ranges in one `want`. */
export const MAX_WANT_RANGES = 256;
/** Maximum number of unanswered `want` messages on a connection. The limit bounds the work that one peer can queue. */
export const MAX_OPEN_WANTS = 8;
/** Maximum number of peers added in one peer exchange message, and separately of peers removed in it. */
export const MAX_PEERS_LISTED = 512;
/** Interval between two peer exchange messages to the same peer. */
export const PEERS_INTERVAL_MS = 1000;
/**
 * Longest interval between peer exchange messages. While many peers connect, the interval doubles up to this value, to
 * limit the traffic.
 */
export const PEERS_INTERVAL_CROWD_MS = 8000;

// Files
/** 32 GiB. Maximum size of a shared file. A file of this size has parts of 2 MiB. */
export const MAX_FILE_BYTES = 32 * 1024 * 1024 * 1024;
/** Maximum number of parts of a file. Their hashes, 512 KiB, fit into one frame. */
export const MAX_FILE_PARTS = 16_384;
/** Size of a part in bytes, for files up to 2 GiB. Larger files have larger parts. */
export const MIN_PART_BYTES = 128 * 1024;
/** Maximum bytes of the name of a shared file: the usual limit of file systems. */
export const MAX_FILE_NAME_BYTES = 255;
/** Maximum bytes of the note to a shared file: a few lines. */
export const MAX_NOTE_BYTES = 1024;
/**
 * Maximum bytes of a slice, which is what one `file-want` requests. An event that is written during a transfer waits
 * for at most one slice.
 */
export const MAX_SLICE_BYTES = 256 * 1024;
/**
 * Bytes of the first slices from a holder, and of all slices from a slow holder. A `file-want` for fewer bytes counts
 * as this many bytes.
 */
export const MIN_SLICE_BYTES = 16 * 1024;
/**
 * Maximum bytes of files that a peer may have requested on one connection and not yet received. The same limit applies
 * to the received parts that a node keeps in memory.
 */
export const MAX_WANTED_FILE_BYTES = 32 * 1024 * 1024;
/**
 * Maximum number of files that are fetched at the same time. Other fetches wait. The limit bounds the memory for the
 * hashes of the parts.
 */
export const MAX_ACTIVE_FETCHES = 4;
/**
 * Number of files that a node remembers for each peer that asked about them. The node tells the peer when it gets more
 * parts of these files.
 */
export const MAX_FILE_ASKS = 64;
/** Maximum number of questions about files (`file-ask`) accepted per second on one connection. */
export const MAX_FILE_ASKS_PER_SECOND = 16;
/** Maximum number of descriptions of held parts (`file-info`) accepted per second on one connection. */
export const MAX_FILE_INFOS_PER_SECOND = 256;
/**
 * Minimum interval between two `file-info` about one file to one peer. It is short, so that peers learn soon which
 * parts they can fetch from this node.
 */
export const FILE_INFO_INTERVAL_MS = 20;
/**
 * Time for which requested bytes may wait in queues of the network. They delay other messages on the same path by up to
 * this time.
 */
export const FILE_QUEUE_MS = 30;
/**
 * After a message or a typing notice, requested bytes must cause no queue for this time, so FILE_QUEUE_MS does not
 * apply. It is longer than TYPING_INTERVAL_MS.
 */
export const FILE_TALK_MS = 5000;
/**
 * A holder counts as silent when no slice has arrived from it for this time. Its parts are then requested from other
 * holders.
 */
export const FILE_ANSWER_MS = 10_000;
/**
 * Time for which a node requests nothing from a silent holder. The time doubles with each further silence of the holder.
 */
export const FILE_REST_MS = 10_000;
/** Number of times that a holder may refuse a part that it said it has. After more refusals it counts as silent. */
export const MAX_PART_REFUSALS = 16;
/** Maximum number of holders from which parts of one file are requested at the same time. */
export const MAX_FILE_HOLDERS = 16;
/** Interval between two attempts to write a part that could not be written to the disk. */
export const FILE_RETRY_MS = 5000;
/** Maximum bytes of parts that a node keeps in memory to serve them. */
export const MAX_SERVED_CACHE_BYTES = 16 * 1024 * 1024;

// Text and names
/** Maximum bytes of the text of a message: several screens, yet small enough to sync in bulk. */
export const MAX_TEXT_BYTES = 16 * 1024;
/** Maximum bytes of the word of a reaction: one emoji, or a short word. */
export const MAX_WORD_BYTES = 16;
/**
 * Maximum number of distinct words with which one feed can react to one event. The first words in the order of seq
 * count; further words have no effect.
 */
export const MAX_WORDS_PER_FEED = 8;
/**
 * Maximum number of reactions to one event that are counted. The limit bounds the work when many keys react to one
 * event.
 */
export const MAX_MARKS_COUNTED = 4096;
/**
 * Maximum number of reactions by one feed to one event that have an effect: the first ones in the order of seq. Without
 * the limit, one peer could use up MAX_MARKS_COUNTED.
 */
export const MAX_MARKS_PER_FEED = 64;
/** Maximum number of corrections that the details of a message show: the last ones. */
export const MAX_VERSIONS_SHOWN = 32;
/** Maximum number of pinned messages that are shown: those that were pinned last. */
export const MAX_PINS_SHOWN = 32;
/**
 * Maximum number of pinned messages that are looked up in the timeline. The limit bounds the work if somebody pins
 * messages that do not exist.
 */
export const MAX_PINS_SEARCHED = 1024;
/** Number of the newest `pinned` events that are considered. The limit bounds the work if many keys pin. */
export const MAX_PINS_CONSIDERED = 4096;
/**
 * Number of the newest `pinned` events of one feed that are considered. Without the limit, one peer that pins and
 * unpins again and again could use up MAX_PINS_CONSIDERED.
 */
export const MAX_PINS_PER_FEED = 256;
/** Maximum bytes of a name on the wire: 32 letters of two bytes. */
export const MAX_NAME_BYTES = 64;
/** Maximum width of a displayed name in terminal columns. A longer name would leave too little space for the text. */
export const MAX_NAME_CELLS = 32;
/** Maximum number of addresses that a peer can claim. Laptops rarely have more useful network interfaces. */
export const MAX_ADDRESSES = 4;
/** Maximum number of characters of an address. The longest IPv6 address with a zone fits. */
export const MAX_ADDRESS_LENGTH = 64;
/** Maximum number of characters of a program version. */
export const MAX_VERSION_LENGTH = 32;
/** Maximum bytes of the name of a room. */
export const MAX_ROOM_BYTES = 64;
/** Maximum number of characters of an error text or of a reason in the log. */
export const MAX_REASON_LENGTH = 200;
/**
 * Maximum number of combining marks on one displayed character. No living language needs more, and stacked marks cover
 * other lines.
 */
export const MAX_COMBINING_MARKS = 8;
/**
 * Maximum number of names that are remembered for one peer. It is limited, because a peer can rename itself any number
 * of times.
 */
export const MAX_NAMES_KEPT = 1024;
/** Maximum number of connections to one peer that are remembered. */
export const MAX_CONTACTS_KEPT = 1024;

// Clocks
/**
 * Maximum value of the HLC counter, an unsigned 16-bit number. A further event in the same millisecond advances the HLC
 * to the next millisecond.
 */
export const MAX_HLC_COUNTER = 65_535;
/**
 * 24 h. An event whose HLC is further ahead of our clock is hidden until it is due. Otherwise the events of a peer with
 * a wrong clock would stay at the end of the timeline.
 */
export const MAX_HLC_AHEAD_MS = 24 * 60 * 60 * 1000;
/**
 * 23 h. Our clock does not follow an HLC that is further ahead than this. The limit is an hour below MAX_HLC_AHEAD_MS,
 * so that peers show our events.
 */
export const MAX_HLC_MERGED_MS = 23 * 60 * 60 * 1000;
/**
 * 1 h. The limit that MAX_HLC_MERGED_MS sets moves in steps of this size, so that nodes whose clocks differ by seconds
 * nearly always have the same limit.
 */
export const HLC_LIMIT_STEP_MS = 60 * 60 * 1000;
/** Our clock counts as wrong if it differs by more than this from the median of the clocks in the room. */
export const CLOCK_WRONG_MS = 10 * 60 * 1000;
/**
 * Time that a node waits before it follows a clock that contradicts its own. In this time, peers that agree with the
 * clock of the node may connect.
 */
export const LONE_CLOCK_WAIT_MS = 800;
/** Time for which our clock still counts as supported after the last peer that agreed with it has disconnected. */
export const CLOCK_SUPPORT_MS = 60 * 60 * 1000;
/**
 * 31 days. Largest correction of our clock. A computer without a clock battery can be weeks behind, but a peer with a
 * false clock must not move ours further.
 */
export const MAX_CLOCK_CORRECTION_MS = 31 * 24 * 60 * 60 * 1000;
/** The screen shows the difference between the clock of a peer and ours if it is greater than this. */
export const CLOCK_OFFSET_SHOWN_MS = 30_000;
/**
 * A connection with this round-trip time or a longer one counts as fair instead of good. A Wi-Fi network with little
 * traffic stays below it.
 */
export const FAIR_ROUND_TRIP_MS = 100;
/**
 * A connection with this round-trip time or a longer one counts as slow. People notice such a delay in a conversation.
 */
export const SLOW_ROUND_TRIP_MS = 500;
/** A live event that is older than this when it arrives is marked as late. */
export const LATE_AFTER_MS = 60_000;

// Discovery
/** Maximum bytes of a beacon. The limit is far below any MTU, so that the datagram is never fragmented. */
export const MAX_BEACON_BYTES = 512;
/** Times of the first announcements, counted from the start of the node. There are several, because datagrams get lost. */
export const BEACON_BURST_MS: readonly number[] = [0, 250, 750, 1500, 3000];
/** Interval between two announcements. */
export const BEACON_INTERVAL_MS = 5000;
/** Interval between two announcements in a large room, in which nodes already know enough peers. */
export const BEACON_INTERVAL_CROWD_MS = 15_000;
/** A room counts as large from this number of connected peers on. */
export const BEACON_CROWD_PEERS = 30;
/** Random variation of the announcement interval, as a fraction, so that nodes do not announce in step. */
export const BEACON_JITTER = 0.2;
/**
 * Maximum number of answers to beacons that this node sends per second. The limit prevents the use of this node for
 * traffic amplification.
 */
export const MAX_BEACON_ANSWERS_PER_SECOND = 10;
/**
 * Maximum number of beacon datagrams processed per second from all senders. The limit bounds the time spent on HMACs.
 */
export const MAX_BEACONS_PER_SECOND = 500;
/**
 * Maximum number of beacon datagrams processed per second from one address and port, so that one sender cannot use up
 * the total rate.
 */
export const MAX_BEACONS_PER_SOURCE_PER_SECOND = 50;
/** Maximum number of peers remembered as candidates for dialling. */
export const MAX_CANDIDATES = 1024;
/**
 * Number of the MAX_CANDIDATES places that are reserved for peers that were connected once. Peers that are only
 * announced cannot take these places.
 */
export const MAX_KNOWN_CANDIDATES = 512;
/**
 * Maximum number of remembered senders from other rooms. The limit bounds the memory, because anybody can invent ids.
 */
export const MAX_FOREIGN_NODES = 1024;
/** The screen says that nobody is connected after this time without any connection. */
export const ALONE_AFTER_MS = 3000;

// Dialling
/** Maximum number of dials in progress. */
export const MAX_DIALS_AT_ONCE = 16;
/** Maximum number of dials started per second, on average. */
export const MAX_DIALS_PER_SECOND = 32;
/** Maximum number of dials started in one burst. A node connects to a room of this size without delay. */
export const DIAL_BURST = 64;
/**
 * Initial limit of the number of dials in progress. Fast dials raise the limit, up to MAX_DIALS_AT_ONCE; slow dials
 * lower it.
 */
export const DIALS_AT_FIRST = 4;
/** A dial counts as slow if the hello of the peer arrives more than this time after the start of the dial. */
export const SLOW_DIAL_MS = 500;
/** Maximum time for a TCP connection to open. It allows two retransmissions of a lost SYN. */
export const DIAL_TIMEOUT_MS = 4000;
/** Delay before the peer with the higher id dials. The other peer dials first, so usually only one of them dials. */
export const HIGHER_ID_DIALS_AFTER_MS = 1000;
/** Longest time that the peer with the higher id waits for the other peer to dial. */
export const HIGHER_ID_WAITS_AT_MOST_MS = 10_000;
/** If an address of the peer has not answered after this time, the dial also tries the next address (RFC 8305). */
export const RACE_DELAY_MS = 250;
/** Maximum number of addresses of one host name that a dial tries. */
export const MAX_RESOLVED_ADDRESSES = 8;
/** Wait after the first failed dial. Each further failure doubles it, up to RETRY_MAX_MS. */
export const RETRY_FIRST_MS = 1000;
/** Longest wait between two dials to one candidate. */
export const RETRY_MAX_MS = 30_000;
/** Random variation of the wait between dials, as a fraction, so that peers do not retry at the same time. */
export const RETRY_JITTER = 0.2;
/** After this number of consecutive failures, a candidate is dialled again only when a beacon of the peer arrives. */
export const MAX_DIAL_FAILURES = 5;
/**
 * Interval between two dials to a candidate with MAX_DIAL_FAILURES failures, as long as a connected peer reports a
 * connection to it.
 */
export const RETRY_SEEN_MS = 60_000;
/**
 * Maximum number of candidates that are dialled every RETRY_SEEN_MS. The number is limited, because the reports of
 * peers are not verified.
 */
export const MAX_SEEN_RETRIES = 32;

// Connections
/** Maximum time for the TLS handshake, and separately for the hello after it. */
export const HELLO_TIMEOUT_MS = 5000;
/**
 * Maximum number of TLS handshakes in progress on accepted connections. Each handshake costs milliseconds of CPU time.
 */
export const MAX_PENDING_CONNECTIONS = 64;
/** Maximum number of TLS handshakes from one address, in progress or waiting. */
export const MAX_PENDING_PER_ADDRESS = 16;
/** Maximum number of accepted connections that wait until their TLS handshake can start. */
export const MAX_WAITING_CONNECTIONS = 128;
/** Length of the accept queue of the operating system. */
export const LISTEN_BACKLOG = 64;
/**
 * Answers to `want` are delayed while more than this number of bytes is queued on a connection. A LAN transfers them in
 * a few ms.
 */
export const SEND_HIGH_WATER_BYTES = 256 * 1024;
/**
 * Maximum number of verified connections to one peer. Duplicates exist only briefly: all connections but one are
 * closed.
 */
export const MAX_LINKS_PER_PEER = 8;
/** Maximum number of verified connections of the node. It is below the usual limit of file descriptors. */
export const MAX_CONNECTIONS = 512;
/** A ping is sent after this time without received bytes. */
export const PING_AFTER_MS = 2000;
/** The screen shows a peer as suspect after this time without received bytes. */
export const SUSPECT_AFTER_MS = 5000;
/** A connection is closed after this time without received bytes. */
export const GONE_AFTER_MS = 9000;
/** Interval between two checks whether bytes have arrived on a connection. */
export const LIVENESS_TICK_MS = 500;
/**
 * If our own timers fire more than this late, our process or computer was suspended. The silence of peers in this time
 * is then ignored.
 */
export const STALL_MS = 2000;
/**
 * While more than this number of bytes is queued for a peer, live events are not pushed to it. Sync delivers them
 * later.
 */
export const MAX_QUEUED_BYTES = 8 * 1024 * 1024;
/** The node pauses reading from a connection that sends more than this number of messages per second. */
export const MAX_MESSAGES_PER_SECOND = 2000;
/**
 * Size of the burst of each of the following rates, in seconds: a burst has at most as many messages as the rate allows
 * in this time. A peer that exceeds a burst is disconnected with `flood`.
 */
export const MESSAGE_BURST_SECONDS = 16;
/**
 * Fraction of the following rates and bursts that a sender uses. Without this margin, a delay in the network could make
 * its messages arrive faster than a limit allows.
 */
export const SENDER_RATE_SHARE = 0.75;
/** Maximum number of inventory pages and deltas accepted per second on one connection. */
export const MAX_HAVES_PER_SECOND = 64;
/** Maximum number of inventory digests accepted per second on one connection. */
export const MAX_DIGESTS_PER_SECOND = 1;
/** Maximum number of range requests (`want`) accepted per second on one connection. */
export const MAX_WANTS_PER_SECOND = 64;
/** Maximum number of peers named per second in the peer exchange messages on one connection. */
export const MAX_PEERS_NAMED_PER_SECOND = 64;
/**
 * Maximum number of peers named per second in the `alive` messages on one connection. It is more than twice the rate of
 * a sender that names MAX_PEERS_LISTED peers in each ALIVE_INTERVAL_MS.
 */
export const MAX_ALIVE_NAMED_PER_SECOND = 256;
/** Maximum number of pings accepted per second on one connection, and separately of pongs. */
export const MAX_PINGS_PER_SECOND = 4;
/** Maximum number of typing signals accepted per second on one connection. */
export const MAX_TYPING_PER_SECOND = 2;
/** Maximum number of whispers accepted per second on one connection, and separately of answers to whispers. */
export const MAX_WHISPERS_PER_SECOND = 16;
/**
 * Maximum number of whispers to one peer that the peer has not answered yet. They fit into one burst after a reconnect.
 */
export const MAX_WHISPERS_OUTSTANDING = 64;
/**
 * Maximum number of peers whose last whisper is remembered. It is limited, because anybody can whisper with any number
 * of keys. Peers that have left are forgotten first. Then the address with the most peers loses one: of its absent
 * peers, the one that whispered longest ago.
 */
export const MAX_WHISPERERS = 1024;
/** Time without an answer after which a node sends its unanswered whispers again on the same connection. */
export const WHISPER_RETRY_MS = 10_000;
/**
 * Maximum time from the first byte of a frame to its last. If a frame takes longer, the connection is closed, because a
 * partial frame occupies memory.
 */
export const MAX_FRAME_MS = 60_000;
/**
 * Memory of the incomplete frames of all connections. The limit leaves room for a slice of a file, or a long answer, on each
 * of hundreds of connections.
 */
export const MAX_PARTIAL_FRAME_BYTES = 64 * 1024 * 1024;
/**
 * A connection is closed if its peer reads none of the queued bytes for this time, because a full queue occupies
 * memory.
 */
export const SLOW_READER_MS = 60_000;
/** Duration of the ban of a peer after a fault. It is also the longest duration of the ban of an address. */
export const FAULT_BAN_MS = 60_000;
/** Maximum number of entries in each of three lists: banned peers, banned addresses and trusted peers. */
export const MAX_BANS = 1024;
/**
 * Duration of the first ban of an address. It doubles with each fault. It is short, because several users may share an
 * address.
 */
export const FIRST_ADDRESS_BAN_MS = 4000;
/**
 * A peer becomes trusted when a connection to it has lasted for this time without a fault. Bans of addresses exempt
 * trusted peers.
 */
export const TRUSTED_AFTER_MS = 10_000;
/**
 * Maximum number of TLS handshakes started per second for all addresses, on average. The limit leaves CPU time for
 * everything else.
 */
export const MAX_HANDSHAKES_PER_SECOND = 16;
/**
 * Maximum number of TLS handshakes started in one burst. All nodes of a room of this size can restart at the same time.
 */
export const MAX_HANDSHAKE_BURST = 256;
/** An address becomes suspect when this number of its handshakes have failed since its last successful one. */
export const MAX_FAILED_HANDSHAKES = 4;
/**
 * Maximum number of TLS handshakes started per second for all suspect addresses together, so that they do not use up
 * the rate of others.
 */
export const MAX_SUSPECT_HANDSHAKES_PER_SECOND = 4;
/** Maximum number of TLS handshakes started per second for one address. */
export const MAX_HANDSHAKES_PER_ADDRESS_PER_SECOND = 32;
/** Maximum number of verified connections with one address, so that one machine cannot use up MAX_CONNECTIONS. */
export const MAX_CONNECTIONS_PER_ADDRESS = 128;
/** Maximum number of peers that one peer can report as connected to it. */
export const MAX_REPORTED_PEERS = 512;
/** Maximum number of lost peers that the failure detector remembers. The limit bounds its memory. */
export const MAX_SUSPECTS = 4096;
/** Maximum time to send the last message of a connection before it closes. */
export const MAX_BYE_FLUSH_MS = 500;

// History
/** Time that a lost peer has to reconnect before the loss is reported. */
export const LOST_GRACE_MS = 3000;
/**
 * Delay between two reporters of successive rank. It is usually long enough for the second reporter to receive the
 * report of the first one, and then write none.
 */
export const LOST_RANK_STEP_MS = 1000;
/**
 * If this node did not observe the loss of a peer itself, the peer counts as lost after this time without evidence that
 * it is alive. A foreign node is counted until this time after its last beacon.
 */
export const VANISHED_AFTER_MS = 60_000;
/**
 * Interval between two `alive` messages to a peer. It is short compared with VANISHED_AFTER_MS, because each hop delays
 * the news by up to one interval.
 */
export const ALIVE_INTERVAL_MS = 5000;
/**
 * Maximum number of times that VANISHED_AFTER_MS is doubled for one peer. It is doubled each time that the peer writes
 * `returned`, because that shows that a report was wrong.
 */
export const MAX_VANISHED_DOUBLINGS = 6;
/**
 * Minimum interval between two `returned` events of one peer. The limit bounds the log size when a connection is unstable.
 */
export const RETURNED_INTERVAL_MS = 60_000;
/**
 * Limit of the absence number of a peer. Events with this absence number or a greater one are stored, but have no
 * effect.
 */
export const MAX_ABSENCES = 1024;
/**
 * Maximum number of peers that one feed can report as lost. Its `lost` events about further peers have no effect. No
 * honest node reports so many. The limit bounds what a liar can claim.
 */
export const MAX_REPORTED_SUBJECTS = 1024;
/**
 * Maximum number of `lost` events of one feed about one peer that have an effect. Each of them makes that peer write a
 * `returned`.
 */
export const MAX_REPORTS_PER_SUBJECT = 32;
/** Maximum number of remembered `lost` events about peers of which nothing else is known, for all feeds together. */
export const MAX_HEARSAY = 16_384;
/**
 * Longest time that a node waits for a first hello before it writes `joined`. It waits because the hello contains the
 * clock of the peer, by which the node corrects its own clock.
 */
export const JOINED_AFTER_MS = 1000;
/** Interval between two inventory deltas. */
export const HAVE_INTERVAL_MS = 250;
/**
 * Fixed part of the time limit of a `want`. The other part is the time in which MAX_ANSWER_BYTES arrive at
 * WANT_BYTES_PER_SECOND.
 */
export const WANT_BASE_MS = 3000;
/** Transfer rate, in bytes per second, that the time limit of a `want` assumes. */
export const WANT_BYTES_PER_SECOND = 256 * 1000;
/** The node pauses reading while received batches of more than this number of bytes wait to be ingested. */
export const MAX_INGEST_BYTES = 4 * 1024 * 1024;
/** Time that a node waits for the author of an event to push the event, before it requests the event. */
export const PUSH_GRACE_MS = 1000;
/**
 * Up to this number of connected peers, inventory deltas are HAVE_INTERVAL_MS apart. With more peers the interval grows
 * in proportion.
 */
export const HAVE_CROWD_PEERS = 8;
/** Longest time for which messages are read without a pause. The pauses keep typing smooth. */
export const READ_SLICE_MS = 1;
/**
 * Longest time for which batches are ingested without a pause, and separately for which ingested batches are committed
 * to the log and the state.
 */
export const RECEIVE_SLICE_MS = 1;
/** Maximum number of feeds, unknown to this node before, that a peer can list per minute on one connection. */
export const MAX_NEW_FEEDS_PER_MINUTE = 4096;
/** Maximum number of feeds of which missing entries are remembered. */
export const MAX_MISSING_FEEDS = 16_384;
/**
 * Listed feeds that a node remembers for all connections together. Each connection has an equal share, at least
 * MAX_HAVE_FEEDS. The limit bounds the memory, because each of many connections can list each of many feeds.
 */
export const MAX_LISTED_FEEDS = 524_288;
/** Maximum number of feeds in a log. The limit bounds the memory, because keys cost nothing to create. */
export const MAX_FEEDS = 131_072;
/** Maximum bytes of a feed. When they are reached, no more of its entries are requested. */
export const MAX_FEED_BYTES = 256 * 1024 * 1024;
/** Maximum bytes of a log. When they are reached, no more entries are requested. */
export const MAX_LOG_BYTES = 512 * 1024 * 1024;
/** Maximum number of events in a log. The limit bounds the memory of the timeline. */
export const MAX_EVENTS = 3_000_000;
/**
 * 400 MiB. Maximum estimated memory of the events of a log (memory-cost.ts). It is limited separately, because events
 * can take much more memory than their encoded bytes.
 */
export const MAX_EVENT_MEMORY_BYTES = 400 * 1024 * 1024;
/**
 * Fraction by which live events may exceed MAX_FEEDS, MAX_EVENTS, MAX_EVENT_MEMORY_BYTES and MAX_LOG_BYTES, so that the
 * chat continues when the log is full.
 */
export const LIVE_RESERVE = 0.25;
/** Maximum number of live events accepted per second from one author. It is far above what people write. */
export const MAX_LIVE_EVENTS_PER_SECOND = 200;
/** Maximum bytes of live events accepted per second from one author. */
export const MAX_LIVE_BYTES_PER_SECOND = 128 * 1024;
/**
 * Size of the burst of live events of one author, in seconds: a burst has at most what the two rates above allow in
 * this time.
 */
export const LIVE_BURST_SECONDS = 5;
/**
 * Free allowance of each author, in seconds: what the author's rate allows in this time. Only what exceeds the
 * allowance counts toward the limit for all authors together.
 */
export const LIVE_FREE_SECONDS = 0.25;
/**
 * Rate at which the free allowance of an author refills, as a fraction of the author's rate: 50 events per second. It
 * is above what people and their scripts write. It is not higher, because one machine can write with many keys.
 */
export const LIVE_FREE_SHARE = 0.25;
/**
 * Number of authors that can write at their full rates at the same time. It is limited, because keys cost nothing to
 * create.
 */
export const LIVE_AUTHORS_AT_FULL_PACE = 4;
/**
 * Size of the burst of live events of all authors together, in seconds: a burst has at most what their common rate
 * allows in this time.
 */
export const LIVE_SHARED_BURST_SECONDS = 2;
/** Memory that is counted for a queued entry in addition to its own bytes. */
export const ENTRY_COST_BYTES = 64;
/** Minimum interval between two typing signals of a node. */
export const TYPING_INTERVAL_MS = 3000;
/** How long the screen shows a typing signal. It is twice TYPING_INTERVAL_MS, so that one lost signal does not matter. */
export const TYPING_SHOWN_MS = 6000;

// Notices
/** Maximum number of notices added to the screen per minute. More would hide the chat. */
export const MAX_NOTICES_PER_MINUTE = 20;
/**
 * Names get different colours as long as the log has at most this number of launches, more than a busy room has in a
 * year. In a longer log, a hash chooses the colour of each name.
 */
export const MAX_COLOURED_LAUNCHES = 4096;

// Window for guests
/**
 * Maximum number of guests of the window. When it is reached, a further guest replaces the one that has been away for
 * longest.
 */
export const MAX_WINDOW_GUESTS = 32;
/**
 * Maximum number of addresses of this computer on which the window listens. An interface can have many temporary IPv6
 * addresses.
 */
export const MAX_WINDOW_ADDRESSES = 8;
/** Maximum number of HTTP connections to the window from one address. */
export const MAX_WINDOW_CONNECTIONS_PER_ADDRESS = 8;
/** Maximum number of HTTP connections of all guests together, on one of the addresses of the window. */
export const MAX_WINDOW_CONNECTIONS = 256;
/** Maximum bytes of the headers of a request to the window. */
export const MAX_WINDOW_HEADER_BYTES = 8 * 1024;
/** Maximum bytes of the body of a request to the window. Only the token is sent as a body. */
export const MAX_WINDOW_REQUEST_BYTES = 256;
/** Maximum time for the headers of a request to the window. */
export const WINDOW_HEADERS_TIMEOUT_MS = 5000;
/**
 * Time in which a client must have read an answer of the window. It is long enough to download the program's package at 4
 * kB/s.
 */
export const WINDOW_ANSWER_TIMEOUT_MS = 120_000;
/**
 * Time in which a guest must have read everything that is queued for it. After this time the window closes the
 * connection.
 */
export const WINDOW_STALL_TIMEOUT_MS = 120_000;
/** Interval at which the window sends a ping to a guest. */
export const WINDOW_PING_MS = 15_000;
/** Time for which the window collects changes before it sends them. */
export const WINDOW_BATCH_MS = 50;
/** 12 h. The window closes after this time. */
export const WINDOW_LIFETIME_MS = 12 * 60 * 60 * 1000;
/** Maximum number of changes that the window keeps for guests that were away. */
export const MAX_WINDOW_CHANGES = 65_536;
/**
 * Maximum number of changed rows, for one commit of the store, that the window sends to guests. If a commit changes
 * more rows, guests load the newest rows again.
 */
export const MAX_WINDOW_CHANGES_AT_ONCE = 500;
/** Maximum number of rows in one answer of the window. */
export const MAX_WINDOW_ROWS_PER_ANSWER = 100;
/**
 * Maximum size of the rows in one answer of the window, in UTF-16 units of JSON. The first row is sent even if it is
 * longer.
 */
export const MAX_WINDOW_ANSWER_UNITS = 128 * 1024;
/**
 * The window closes the connection of a guest for whom more than this number of bytes is queued. The guest reconnects
 * and continues at its position.
 */
export const MAX_GUEST_QUEUED_BYTES = 1024 * 1024;
/**
 * After this number of wrong tokens from one address within TOKEN_FAILURE_MEMORY_MS, the window refuses every token
 * from this address.
 */
export const MAX_TOKEN_FAILURES_PER_ADDRESS = 10;
/**
 * After this number of wrong tokens from all addresses within TOKEN_FAILURE_MEMORY_MS, the window refuses every token.
 */
export const MAX_TOKEN_FAILURES_PER_MINUTE = 100;
/** Time for which the window counts wrong tokens. */
export const TOKEN_FAILURE_MEMORY_MS = 60_000;
