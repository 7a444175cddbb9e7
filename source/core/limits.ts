/**
 * Limits and intervals of the program. Any peer may send anything, so every number from outside has its limit here.
 *
 * The table in protocol.md, section Limits, has the same names and values; a test compares them. The unit is in the name:
 * `_MS` milliseconds, `_BYTES` bytes, `_PER_SECOND` a rate. Names without a unit are counts or fractions.
 */

// Frames and messages
/** Payload of a frame and of a log record. Bounds the memory for one message. */
export const MAX_FRAME_BYTES = 1024 * 1024;
/** Depth of arrays and maps. Bounds the recursion of the decoder. */
export const MAX_NESTING = 16;
/** Values in a frame. Bounds the objects that one message can create. */
export const MAX_VALUES = 8192;
/** Entries of a batch. Leaves room for several batches in one frame. */
export const MAX_BATCH_BYTES = 256 * 1024;
/** Entries of a batch. Bounds the time to verify and decode one. */
export const MAX_BATCH_ENTRIES = 128;
/** One entry: a text of MAX_TEXT_BYTES with its fields fits twice. */
export const MAX_ENTRY_BYTES = 32 * 1024;
/** Entries in the answer to one want. The answer fits into one frame. */
export const MAX_ANSWER_BYTES = 1000 * 1024;
/** Feeds in a page or delta of the inventory. */
export const MAX_HAVE_FEEDS = 256;
/** Buckets of the inventory digest: one for each first byte of a peer id. */
export const HAVE_BUCKETS = 256;
/** Ranges of one want. */
export const MAX_WANT_RANGES = 256;
/** Unanswered wants on a connection. Bounds the work that one peer can queue. */
export const MAX_OPEN_WANTS = 8;
/** Peers added, and peers removed, in one peer exchange message. */
export const MAX_PEERS_LISTED = 512;
/** Interval between peer exchange messages to one peer. */
export const PEERS_INTERVAL_MS = 1000;
/** The interval doubles up to this value while many peers connect, since each connection is news for every peer. */
export const PEERS_INTERVAL_CROWD_MS = 8000;

// Text and names
/** Text of a post: several screens, yet small enough to sync in bulk. */
export const MAX_TEXT_BYTES = 16 * 1024;
/** A name on the wire. Allows 32 letters of two bytes. */
export const MAX_NAME_BYTES = 64;
/** Terminal columns of a displayed name. Keeps names from pushing the text aside. */
export const MAX_NAME_CELLS = 32;
/** Addresses of a peer. Laptops rarely have more interfaces that are useful. */
export const MAX_ADDRESSES = 4;
/** Characters. The longest IPv6 address with a zone fits. */
export const MAX_ADDRESS_LENGTH = 64;
/** Characters of a program version. */
export const MAX_VERSION_LENGTH = 32;
/** Name of a room. */
export const MAX_ROOM_BYTES = 64;
/** Characters of an error text or of a reason in the log. */
export const MAX_REASON_LENGTH = 200;
/** Marks on one displayed character. No living language needs more; piles of marks cover other lines. */
export const MAX_COMBINING_MARKS = 8;
/** Names remembered for one peer. A peer can rename itself without end. */
export const MAX_NAMES_KEPT = 1024;
/** Connections remembered for one peer. */
export const MAX_CONTACTS_KEPT = 1024;

// Clocks
/** Events in one millisecond before the clock carries into the next. Two bytes. */
export const MAX_HLC_COUNTER = 65_535;
/** 24 h. Events further ahead are hidden until they are due, so that a wrong clock cannot hold the end of the timeline. */
export const MAX_HLC_AHEAD_MS = 24 * 60 * 60 * 1000;
/** 23 h. Clocks further ahead are not merged. An hour below MAX_HLC_AHEAD_MS, so that our own events stay visible. */
export const MAX_HLC_MERGED_MS = 23 * 60 * 60 * 1000;
/** Difference to the median of the room above which our own clock counts as wrong. */
export const CLOCK_WRONG_MS = 10 * 60 * 1000;
/** Clock difference of a peer above which it is displayed. */
export const CLOCK_OFFSET_SHOWN_MS = 30_000;
/** Age above which a live event is marked as late. */
export const LATE_AFTER_MS = 60_000;

// Discovery
/** A datagram. Far below any MTU, so that it is never fragmented. */
export const MAX_BEACON_BYTES = 512;
/** Times of the first announcements after the start. Several, because datagrams get lost. */
export const BEACON_BURST_MS: readonly number[] = [0, 250, 750, 1500, 3000];
/** Interval between announcements. */
export const BEACON_INTERVAL_MS = 5000;
/** The same in a large room, where everyone already knows enough peers. */
export const BEACON_INTERVAL_CROWD_MS = 15_000;
/** Connected peers that make a room large. */
export const BEACON_CROWD_PEERS = 30;
/** Fraction by which the interval varies, so that nodes that start together drift apart. */
export const BEACON_JITTER = 0.2;
/** Answers that this node sends. Prevents amplification. */
export const MAX_BEACON_ANSWERS_PER_SECOND = 10;
/** Datagrams processed in all. Bounds the time spent on HMACs. */
export const MAX_BEACONS_PER_SECOND = 500;
/** Datagrams processed from one address and port, so that one sender cannot use the whole rate. */
export const MAX_BEACONS_PER_SOURCE_PER_SECOND = 50;
/** Peers remembered for dialling. */
export const MAX_CANDIDATES = 1024;
/** Senders of other rooms that are remembered. Their ids cost nothing to make. */
export const MAX_FOREIGN_NODES = 1024;
/** Time without a connection after which the screen says so. */
export const ALONE_AFTER_MS = 3000;

// Dialling
/** Dials in progress, at most. */
export const MAX_DIALS_AT_ONCE = 16;
/** Dials started, on average. */
export const MAX_DIALS_PER_SECOND = 32;
/** Dials started in one burst: a room of this size connects without waiting. */
export const DIAL_BURST = 64;
/** Initial limit of dials in progress; fast dials raise it, slow ones lower it. */
export const DIALS_AT_FIRST = 4;
/** Time until the hello above which a dial counts as slow. */
export const SLOW_DIAL_MS = 500;
/** Time for TCP to connect. Two retransmissions of a lost SYN fit. */
export const DIAL_TIMEOUT_MS = 4000;
/** Delay of the peer with the higher id, so that usually only one of two dials. */
export const HIGHER_ID_DIALS_AFTER_MS = 1000;
/** Longest time for which the higher id waits for the lower one. */
export const HIGHER_ID_WAITS_AT_MOST_MS = 10_000;
/** Wait after the first failed dial. It doubles with each further failure. */
export const RETRY_FIRST_MS = 1000;
/** Longest wait between two dials. */
export const RETRY_MAX_MS = 30_000;
/** Fraction by which the wait varies, so that peers do not retry together. */
export const RETRY_JITTER = 0.2;
/** Failures in a row after which a candidate is dialled only after a beacon. */
export const MAX_DIAL_FAILURES = 5;
/** Interval of dials to such a candidate while a connected peer reaches it. */
export const RETRY_SEEN_MS = 60_000;
/** Candidates dialled at that interval at a time. Reports of peers are not verified. */
export const MAX_SEEN_RETRIES = 32;

// Connections
/** Time for the TLS handshake, and again for the hello. */
export const HELLO_TIMEOUT_MS = 5000;
/** TLS handshakes in progress. Each costs milliseconds of CPU time. */
export const MAX_PENDING_CONNECTIONS = 64;
/** Of those, handshakes of one address. */
export const MAX_PENDING_PER_ADDRESS = 16;
/** Accepted connections that wait for their handshake. */
export const MAX_WAITING_CONNECTIONS = 128;
/** Length of the accept queue of the operating system. */
export const LISTEN_BACKLOG = 64;
/** Queued bytes of a connection above which answers wait. About what a LAN takes in a few ms. */
export const SEND_HIGH_WATER_BYTES = 256 * 1024;
/** Verified connections to one peer before duplicates are resolved. */
export const MAX_LINKS_PER_PEER = 8;
/** Open connections. Stays below the usual limit of file descriptors. */
export const MAX_CONNECTIONS = 512;
/** Silence after which a ping is sent. */
export const PING_AFTER_MS = 2000;
/** Silence after which a peer is displayed as suspect. */
export const SUSPECT_AFTER_MS = 5000;
/** Silence after which a connection closes. */
export const GONE_AFTER_MS = 9000;
/** Interval at which silence is checked. */
export const LIVENESS_TICK_MS = 500;
/** Delay of our own timers above which silence does not count: then we were asleep, not the peer. */
export const STALL_MS = 2000;
/** Queued bytes for one peer above which pushes are skipped. Sync delivers them later. */
export const MAX_QUEUED_BYTES = 8 * 1024 * 1024;
/** Messages on one connection above which reading pauses. */
export const MAX_MESSAGES_PER_SECOND = 2000;
/** Seconds' worth of the following rates that may arrive at once. More is a fault: `flood`. */
export const MESSAGE_BURST_SECONDS = 16;
/** Inventory pages and deltas. */
export const MAX_HAVES_PER_SECOND = 64;
/** Inventory digests. */
export const MAX_DIGESTS_PER_SECOND = 1;
/** Range requests. */
export const MAX_WANTS_PER_SECOND = 64;
/** Peers named in peer exchange messages. */
export const MAX_PEERS_NAMED_PER_SECOND = 64;
/** Pings, and separately pongs. */
export const MAX_PINGS_PER_SECOND = 4;
/** Typing signals. */
export const MAX_TYPING_PER_SECOND = 2;
/** Time from the first byte of a frame to its last. Ends connections that hold memory. */
export const MAX_FRAME_MS = 60_000;
/** Time in which a peer must read some of its queue. Ends connections that hold memory. */
export const SLOW_READER_MS = 60_000;
/** Ban of a peer after a fault, and the longest ban of an address. */
export const FAULT_BAN_MS = 60_000;
/** Banned peers, banned addresses, and trusted peers that are remembered. */
export const MAX_BANS = 1024;
/** First ban of an address. Short, because others may share it; it doubles with each fault. */
export const FIRST_ADDRESS_BAN_MS = 4000;
/** Duration of a connection without a fault after which address bans do not apply to the peer. */
export const TRUSTED_AFTER_MS = 10_000;
/** TLS handshakes started in all, on average. Leaves CPU time for everything else. */
export const MAX_HANDSHAKES_PER_SECOND = 16;
/** TLS handshakes started in one burst: a large room that restarts together. */
export const MAX_HANDSHAKE_BURST = 256;
/** TLS handshakes started from one address. */
export const MAX_HANDSHAKES_PER_ADDRESS_PER_SECOND = 32;
/** Accepted connections of one address, so that one machine cannot take them all. */
export const MAX_CONNECTIONS_PER_ADDRESS = 128;
/** Peers to which one peer may report to be connected. */
export const MAX_REPORTED_PEERS = 512;
/** Lost peers that the failure detector remembers. */
export const MAX_SUSPECTS = 4096;
/** Time to send the last message before a connection closes. */
export const MAX_BYE_FLUSH_MS = 500;

// History
/** Time for a lost peer to reconnect before it is reported. */
export const LOST_GRACE_MS = 3000;
/** Delay between reporters of successive rank, so that usually one writes the report. */
export const LOST_RANK_STEP_MS = 1000;
/** Time after which a peer counts as lost on reports of others alone. Also how long foreign nodes count. */
export const VANISHED_AFTER_MS = 60_000;
/** Interval between two `returned` of one peer. Bounds the log of a flapping connection. */
export const RETURNED_INTERVAL_MS = 60_000;
/** Absence numbers from this one on are stored and not counted. */
export const MAX_ABSENCES = 1024;
/** Time after the start at which `joined` is written even without a hello, whose clock it would follow. */
export const JOINED_AFTER_MS = 1000;
/** Interval between inventory deltas. */
export const HAVE_INTERVAL_MS = 250;
/** A want is late after this time plus the time for MAX_ANSWER_BYTES … */
export const WANT_BASE_MS = 3000;
/** … at this rate. */
export const WANT_BYTES_PER_SECOND = 256 * 1000;
/** Received batches that are not ingested yet. Above it reading pauses. */
export const MAX_INGEST_BYTES = 4 * 1024 * 1024;
/** Time that a push gets before a missing entry is requested. */
export const PUSH_GRACE_MS = 1000;
/** Connected peers for each HAVE_INTERVAL_MS: above it the interval between deltas grows with the room. */
export const HAVE_CROWD_PEERS = 8;
/** Time of reading messages without a pause. Keeps typing smooth. */
export const READ_SLICE_MS = 1;
/** Time of ingesting batches, and of committing them, without a pause. */
export const RECEIVE_SLICE_MS = 1;
/** New feeds named on one connection. */
export const MAX_NEW_FEEDS_PER_MINUTE = 4096;
/** Feeds with entries that are known to be missing. */
export const MAX_MISSING_FEEDS = 16_384;
/** Feeds of a log. Keys cost nothing to make. */
export const MAX_FEEDS = 131_072;
/** Bytes of a feed above which no more of it is requested. */
export const MAX_FEED_BYTES = 256 * 1024 * 1024;
/** Bytes of a log above which nothing is requested. */
export const MAX_LOG_BYTES = 512 * 1024 * 1024;
/** Events of a log. Bounds the memory of the timeline. */
export const MAX_EVENTS = 3_000_000;
/** Fraction by which live events may exceed the limits of feeds, events and log: chat goes on when history stops. */
export const LIVE_RESERVE = 0.25;
/** Live events of one author, far above what people write, … */
export const MAX_LIVE_EVENTS_PER_SECOND = 200;
/** … and their bytes. */
export const MAX_LIVE_BYTES_PER_SECOND = 128 * 1024;
/** Seconds' worth of both that may arrive at once. */
export const LIVE_BURST_SECONDS = 5;
/** Allowance of each author that does not count for the aggregate. */
export const LIVE_FREE_SECONDS = 0.25;
/** Authors that may write at the full rate together. Keys cost nothing to make. */
export const LIVE_AUTHORS_AT_FULL_PACE = 4;
/** Seconds' worth of the aggregate that may arrive at once. */
export const LIVE_SHARED_BURST_SECONDS = 2;
/** Memory that a waiting entry counts for in addition to its bytes. */
export const ENTRY_COST_BYTES = 64;
/** Interval between two typing signals. */
export const TYPING_INTERVAL_MS = 3000;
/** How long a typing signal is displayed. Twice the interval, so that one may get lost. */
export const TYPING_SHOWN_MS = 6000;

// Notices
/** Notices on the screen. More would hide the chat. */
export const MAX_NOTICES_PER_MINUTE = 20;
