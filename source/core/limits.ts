/**
 * Limits and intervals of the program. Every number that a peer can influence has an upper bound here, or beside
 * the field of the encoding that contains it (codec/message-fields.ts).
 *
 * The table in protocol.md, section Limits, has the same names and values; a test compares both. The unit is in the name:
 * `_MS` milliseconds, `_BYTES` bytes, `_PER_SECOND` a rate. Names without a unit are counts or fractions.
 */

// Frames and messages
/** Payload bytes of a frame and of a log record. The limit bounds the memory for one message. */
export const MAX_FRAME_BYTES = 1024 * 1024;
/** Depth of nested arrays and maps. The limit bounds the work of the decoder. */
export const MAX_NESTING = 16;
/**
 * Values in a frame, including all elements, keys and values of maps. The limit bounds the objects that one message can
 * create.
 */
export const MAX_VALUES = 8192;
/** Total bytes of the entries in a batch. Several batches of this size fit into one frame. */
export const MAX_BATCH_BYTES = 256 * 1024;
/** Entries in a batch. The limit bounds the time to verify and decode a batch. */
export const MAX_BATCH_ENTRIES = 128;
/** Total bytes of own earlier events that a node pushes again together with a new event, to a peer that may lack them. */
export const MAX_REPEATED_PUSH_BYTES = 4096;
/** Bytes of one entry: twice the space for a text of MAX_TEXT_BYTES and the other fields. */
export const MAX_ENTRY_BYTES = 32 * 1024;
/** Total bytes of the entries in the answer to one `want`. Such an answer fits into one frame. */
export const MAX_ANSWER_BYTES = 1000 * 1024;
/** Feeds in an inventory page or delta (`have`). */
export const MAX_HAVE_FEEDS = 256;
/** Buckets of the inventory digest, one for each possible first byte of a peer id. */
export const HAVE_BUCKETS = 256;
/** Ranges in one `want`. */
export const MAX_WANT_RANGES = 256;
/** Unanswered `want` messages on a connection. The limit bounds the work that one peer can queue. */
export const MAX_OPEN_WANTS = 8;
/** Peers added in one peer exchange message, and separately peers removed. */
export const MAX_PEERS_LISTED = 512;
/** Interval between two peer exchange messages to the same peer. */
export const PEERS_INTERVAL_MS = 1000;
/**
 * Longest interval between peer exchange messages. The interval doubles up to this value while many peers connect, to limit
 * the traffic.
 */
export const PEERS_INTERVAL_CROWD_MS = 8000;

// Files
/** 32 GiB. Size of a shared file. A file of this size has parts of 2 MiB. */
export const MAX_FILE_BYTES = 32 * 1024 * 1024 * 1024;
/** Parts of a file. Their hashes, 512 KiB, fit into one frame. */
export const MAX_FILE_PARTS = 16_384;
/** Bytes of a part of a small file. Larger files have larger parts. */
export const MIN_PART_BYTES = 128 * 1024;
/** Bytes of the name of a shared file: the usual limit of file systems. */
export const MAX_FILE_NAME_BYTES = 255;
/** Bytes of the note to a shared file: a few lines. */
export const MAX_NOTE_BYTES = 1024;
/** Bytes of a slice: what one `file-want` asks for. An event that is written meanwhile waits for at most one slice. */
export const MAX_SLICE_BYTES = 256 * 1024;
/**
 * Bytes of the first slices from a holder, and of all slices from a slow holder. A `file-want` for fewer bytes counts as
 * this many bytes.
 */
export const MIN_SLICE_BYTES = 16 * 1024;
/**
 * Bytes of files that a peer may have requested on one connection without having received them. The same limit applies to
 * the bytes of received parts that a node keeps in memory.
 */
export const MAX_WANTED_FILE_BYTES = 32 * 1024 * 1024;
/**
 * Files that are fetched at the same time; other fetches wait. The limit bounds the memory for the hashes of their parts.
 */
export const MAX_ACTIVE_FETCHES = 4;
/** Files that one peer asked about and that a node remembers. The node tells the peer when it gets more parts of them. */
export const MAX_FILE_ASKS = 64;
/** Questions about files (`file-ask`) accepted per second on one connection. */
export const MAX_FILE_ASKS_PER_SECOND = 16;
/** Descriptions of held parts (`file-info`) accepted per second on one connection. */
export const MAX_FILE_INFOS_PER_SECOND = 256;
/**
 * Interval between two `file-info` about one file to one peer. It is short, because other peers fetch the parts that a
 * `file-info` names.
 */
export const FILE_INFO_INTERVAL_MS = 20;
/**
 * Time for which the bytes that a node requests on a connection may wait in queues of the network. They delay other
 * messages on the same path by up to this time.
 */
export const FILE_QUEUE_MS = 30;
/**
 * Time after a message or a typing notice during which transfers cause no queue, in place of FILE_QUEUE_MS. It is longer
 * than TYPING_INTERVAL_MS.
 */
export const FILE_TALK_MS = 5000;
/** Time without any slice after which a holder counts as silent. Its parts are then requested from other holders. */
export const FILE_ANSWER_MS = 10_000;
/**
 * Time for which a node requests nothing from a silent holder. The time doubles with each further silence of the holder.
 */
export const FILE_REST_MS = 10_000;
/** Refusals of parts that a holder said it has, after which the holder counts as silent. */
export const MAX_PART_REFUSALS = 16;
/** Holders from which parts of one file are requested at the same time. */
export const MAX_FILE_HOLDERS = 16;
/** Interval between two attempts to write a part to a disk that refused it. */
export const FILE_RETRY_MS = 5000;
/** Bytes of parts that a node keeps in memory to serve them. */
export const MAX_SERVED_CACHE_BYTES = 16 * 1024 * 1024;

// Text and names
/** Bytes of the text of a post: several screens, yet small enough to sync in bulk. */
export const MAX_TEXT_BYTES = 16 * 1024;
/** Bytes of the word of a reaction: one emoji, or a short word. */
export const MAX_WORD_BYTES = 16;
/**
 * Distinct words with which one feed can react to one event: the first ones in the order of seq. Further words have no
 * effect.
 */
export const MAX_WORDS_PER_FEED = 8;
/** Reactions to one event that are counted. The limit bounds the work for a row that many keys react to. */
export const MAX_MARKS_COUNTED = 4096;
/**
 * Reactions by one feed to one event that have an effect: the first ones by seq. The limit leaves places for others if one
 * peer reacts without end.
 */
export const MAX_MARKS_PER_FEED = 64;
/** Corrections of one message that its details show: the last ones. */
export const MAX_VERSIONS_SHOWN = 32;
/** Pinned messages that are shown: the ones pinned last. */
export const MAX_PINS_SHOWN = 32;
/**
 * Pinned messages that are searched in the timeline. The limit bounds the work if somebody pins messages that do not exist.
 */
export const MAX_PINS_SEARCHED = 1024;
/** Newest `pinned` events that are considered. The limit bounds the work if many keys pin. */
export const MAX_PINS_CONSIDERED = 4096;
/**
 * Newest `pinned` events of one feed that are considered. The limit leaves places for others if one peer pins and unpins
 * without end.
 */
export const MAX_PINS_PER_FEED = 256;
/** Bytes of a name on the wire. The limit allows 32 letters of two bytes. */
export const MAX_NAME_BYTES = 64;
/** Terminal columns of a displayed name. A longer name would leave too little space for the text. */
export const MAX_NAME_CELLS = 32;
/** Addresses that a peer can claim. Laptops rarely have more useful network interfaces. */
export const MAX_ADDRESSES = 4;
/** Characters of an address. The longest IPv6 address with a zone fits. */
export const MAX_ADDRESS_LENGTH = 64;
/** Characters of a program version. */
export const MAX_VERSION_LENGTH = 32;
/** Bytes of the name of a room. */
export const MAX_ROOM_BYTES = 64;
/** Characters of an error text or of a reason in the log. */
export const MAX_REASON_LENGTH = 200;
/** Combining marks on one displayed character. No living language needs more, and stacked marks cover other lines. */
export const MAX_COMBINING_MARKS = 8;
/** Names remembered for one peer, because a peer can rename itself any number of times. */
export const MAX_NAMES_KEPT = 1024;
/** Connections to one peer that are remembered. */
export const MAX_CONTACTS_KEPT = 1024;

// Clocks
/** Events in one millisecond, counted in two bytes, before the HLC advances to the next millisecond. */
export const MAX_HLC_COUNTER = 65_535;
/**
 * 24 h. Events further ahead of our clock are hidden until they are due. Otherwise the events of a wrong clock would stay
 * at the end of the timeline.
 */
export const MAX_HLC_AHEAD_MS = 24 * 60 * 60 * 1000;
/**
 * 23 h. Our clock follows no HLC further than this. It is an hour less than MAX_HLC_AHEAD_MS, so that peers show our
 * events.
 */
export const MAX_HLC_MERGED_MS = 23 * 60 * 60 * 1000;
/**
 * 1 h. Step in which the limit MAX_HLC_MERGED_MS moves, so that nodes whose clocks differ by seconds nearly always have the
 * same limit.
 */
export const HLC_LIMIT_STEP_MS = 60 * 60 * 1000;
/** Difference between our clock and the median of the clocks in the room above which our clock counts as wrong. */
export const CLOCK_WRONG_MS = 10 * 60 * 1000;
/**
 * Time that a node waits before it follows a clock that contradicts its own clock. During this time, peers whose clocks
 * agree with its own may connect.
 */
export const LONE_CLOCK_WAIT_MS = 800;
/** Time for which a clock counts as supported after the last peer that agreed with it has disconnected. */
export const CLOCK_SUPPORT_MS = 60 * 60 * 1000;
/**
 * 31 d. Largest correction of our clock. A computer without a clock battery can be weeks behind. A false clock of a peer
 * must not move ours further.
 */
export const MAX_CLOCK_CORRECTION_MS = 31 * 24 * 60 * 60 * 1000;
/** Difference between the clock of a peer and ours above which the screen shows it. */
export const CLOCK_OFFSET_SHOWN_MS = 30_000;
/**
 * Round-trip time from which on a connection counts as fair instead of good. A Wi-Fi network with little traffic stays below
 * it.
 */
export const FAIR_ROUND_TRIP_MS = 100;
/** Round-trip time from which on a connection counts as slow, which people notice in a conversation. */
export const SLOW_ROUND_TRIP_MS = 500;
/** Age above which a live event is marked as late. */
export const LATE_AFTER_MS = 60_000;

// Discovery
/** Bytes of a beacon. The limit is far below any MTU, so that the datagram is never fragmented. */
export const MAX_BEACON_BYTES = 512;
/** Times of the first announcements, counted from the start of the node. There are several, because datagrams get lost. */
export const BEACON_BURST_MS: readonly number[] = [0, 250, 750, 1500, 3000];
/** Interval between two announcements. */
export const BEACON_INTERVAL_MS = 5000;
/** Interval between two announcements in a large room, where nodes already know enough peers. */
export const BEACON_INTERVAL_CROWD_MS = 15_000;
/** Number of connected peers from which a room counts as large. */
export const BEACON_CROWD_PEERS = 30;
/** Random variation of the announcement interval, as a fraction, so that nodes do not announce in step. */
export const BEACON_JITTER = 0.2;
/**
 * Answers per second that this node sends to beacons. The limit prevents the use of this node for traffic amplification.
 */
export const MAX_BEACON_ANSWERS_PER_SECOND = 10;
/** Beacon datagrams processed per second from all senders. The limit bounds the time spent on HMACs. */
export const MAX_BEACONS_PER_SECOND = 500;
/** Beacon datagrams processed per second from one address and port, so that one sender cannot use up the total rate. */
export const MAX_BEACONS_PER_SOURCE_PER_SECOND = 50;
/** Peers remembered as candidates for dialling. */
export const MAX_CANDIDATES = 1024;
/**
 * The part of MAX_CANDIDATES that is reserved for peers that were connected once. Peers that are only announced cannot
 * displace them.
 */
export const MAX_KNOWN_CANDIDATES = 512;
/** Senders of other rooms that are remembered. The limit bounds the memory, because ids cost nothing to create. */
export const MAX_FOREIGN_NODES = 1024;
/** Time without any connection after which the screen says that nobody is connected. */
export const ALONE_AFTER_MS = 3000;

// Dialling
/** Maximum number of dials in progress. */
export const MAX_DIALS_AT_ONCE = 16;
/** Dials started per second, on average. */
export const MAX_DIALS_PER_SECOND = 32;
/** Dials started in one burst. A node connects to a room of this size without delay. */
export const DIAL_BURST = 64;
/** Initial limit of dials in progress. Fast dials raise the limit, up to MAX_DIALS_AT_ONCE; slow dials lower it. */
export const DIALS_AT_FIRST = 4;
/** A dial counts as slow if the hello of the peer arrives later than this after the start of the dial. */
export const SLOW_DIAL_MS = 500;
/** Time for a TCP connection to open. It allows two retransmissions of a lost SYN. */
export const DIAL_TIMEOUT_MS = 4000;
/** Delay before the peer with the higher id dials. The other peer dials first, so usually only one of them dials. */
export const HIGHER_ID_DIALS_AFTER_MS = 1000;
/** Longest time that the peer with the higher id waits for the other peer to dial. */
export const HIGHER_ID_WAITS_AT_MOST_MS = 10_000;
/** Time after which a dial also tries the next address of the peer, while the previous one has not answered (RFC 8305). */
export const RACE_DELAY_MS = 250;
/** Addresses of one host name that a dial tries. */
export const MAX_RESOLVED_ADDRESSES = 8;
/** Wait after the first failed dial. Each further failure doubles it, up to RETRY_MAX_MS. */
export const RETRY_FIRST_MS = 1000;
/** Longest wait between two dials to one candidate. */
export const RETRY_MAX_MS = 30_000;
/** Random variation of the wait between dials, as a fraction, so that peers do not retry at the same time. */
export const RETRY_JITTER = 0.2;
/** Consecutive failures after which a candidate is dialled again only when a beacon of the peer arrives. */
export const MAX_DIAL_FAILURES = 5;
/** Interval of dials to a candidate with MAX_DIAL_FAILURES failures while a connected peer reports a connection to it. */
export const RETRY_SEEN_MS = 60_000;
/**
 * Candidates that are dialled every RETRY_SEEN_MS. The number is bounded, because the reports of peers are not verified.
 */
export const MAX_SEEN_RETRIES = 32;

// Connections
/** Time for the TLS handshake, and the same time again for the hello. */
export const HELLO_TIMEOUT_MS = 5000;
/** TLS handshakes in progress on accepted connections. Each costs milliseconds of CPU time. */
export const MAX_PENDING_CONNECTIONS = 64;
/** TLS handshakes from one address, in progress or waiting. */
export const MAX_PENDING_PER_ADDRESS = 16;
/** Accepted connections that wait until their TLS handshake can start. */
export const MAX_WAITING_CONNECTIONS = 128;
/** Length of the accept queue of the operating system. */
export const LISTEN_BACKLOG = 64;
/** Queued bytes of a connection above which answers to `want` are delayed. A LAN transfers them in a few ms. */
export const SEND_HIGH_WATER_BYTES = 256 * 1024;
/** Verified connections to one peer. Duplicates exist only briefly: all but one of them are closed. */
export const MAX_LINKS_PER_PEER = 8;
/** Verified connections of the node. The number stays below the usual limit of file descriptors. */
export const MAX_CONNECTIONS = 512;
/** Time without received bytes after which a ping is sent. */
export const PING_AFTER_MS = 2000;
/** Time without received bytes after which the screen shows a peer as suspect. */
export const SUSPECT_AFTER_MS = 5000;
/** Time without received bytes after which the connection closes. */
export const GONE_AFTER_MS = 9000;
/** Interval at which connections are checked for received bytes. */
export const LIVENESS_TICK_MS = 500;
/** Delay of our own timers above which silence of peers is ignored, because our process or computer was suspended. */
export const STALL_MS = 2000;
/** Queued bytes for one peer above which new events are not pushed to it. Sync delivers them later. */
export const MAX_QUEUED_BYTES = 8 * 1024 * 1024;
/** Messages per second on one connection above which the node pauses reading. */
export const MAX_MESSAGES_PER_SECOND = 2000;
/**
 * Burst of each of the following rates, in seconds: what the rate allows in this time. A peer that exceeds a burst is
 * disconnected with `flood`.
 */
export const MESSAGE_BURST_SECONDS = 16;
/**
 * Fraction of the following rates and bursts that a sender uses, so that delays in the network cannot push the sender over a
 * limit.
 */
export const SENDER_RATE_SHARE = 0.75;
/** Inventory pages and deltas accepted per second on one connection. */
export const MAX_HAVES_PER_SECOND = 64;
/** Inventory digests accepted per second on one connection. */
export const MAX_DIGESTS_PER_SECOND = 1;
/** Range requests (`want`) accepted per second on one connection. */
export const MAX_WANTS_PER_SECOND = 64;
/** Peers named per second in the peer exchange messages on one connection. */
export const MAX_PEERS_NAMED_PER_SECOND = 64;
/**
 * Peers named per second in `alive` messages on one connection. It is more than twice the rate of a sender that names
 * MAX_PEERS_LISTED peers in each ALIVE_INTERVAL_MS.
 */
export const MAX_ALIVE_NAMED_PER_SECOND = 256;
/** Pings accepted per second on one connection, and separately pongs. */
export const MAX_PINGS_PER_SECOND = 4;
/** Typing signals accepted per second on one connection. */
export const MAX_TYPING_PER_SECOND = 2;
/** Whispers accepted per second on one connection, and separately answers to whispers. */
export const MAX_WHISPERS_PER_SECOND = 16;
/** Whispers to one peer that it has not answered yet. They fit into one burst after a reconnect. */
export const MAX_WHISPERS_OUTSTANDING = 64;
/**
 * Peers whose last whisper is remembered. The number is bounded, because anybody can whisper with any number of new keys.
 * Peers that have left are forgotten first, then an absent peer of the address with the most peers: the one that whispered
 * longest ago.
 */
export const MAX_WHISPERERS = 1024;
/** Time without an answer after which a node sends its unanswered whispers again on the same connection. */
export const WHISPER_RETRY_MS = 10_000;
/**
 * Maximum time from the first byte of a frame to its last. If a frame takes longer, its connection is closed, because a
 * partial frame occupies memory.
 */
export const MAX_FRAME_MS = 60_000;
/**
 * Time in which a peer must read some of its queued bytes. Otherwise the connection is closed, because a full queue occupies
 * memory.
 */
export const SLOW_READER_MS = 60_000;
/** Duration of the ban of a peer after a fault, and of the longest ban of an address. */
export const FAULT_BAN_MS = 60_000;
/** Entries in each of three lists: banned peers, banned addresses and trusted peers. */
export const MAX_BANS = 1024;
/** First ban of an address; it doubles with each fault. It is short, because several users may share an address. */
export const FIRST_ADDRESS_BAN_MS = 4000;
/** Time that a connection must last without a fault to make its peer trusted. Bans of addresses exempt trusted peers. */
export const TRUSTED_AFTER_MS = 10_000;
/** TLS handshakes started per second for all addresses, on average. The limit leaves CPU time for everything else. */
export const MAX_HANDSHAKES_PER_SECOND = 16;
/** TLS handshakes started in one burst. A room of this size can restart at the same time. */
export const MAX_HANDSHAKE_BURST = 256;
/** Handshakes of one address that may fail, after its last success, before the address becomes suspect. */
export const MAX_FAILED_HANDSHAKES = 4;
/** TLS handshakes started per second for all suspect addresses together, so that they do not use up the rate of others. */
export const MAX_SUSPECT_HANDSHAKES_PER_SECOND = 4;
/** TLS handshakes started per second for one address. */
export const MAX_HANDSHAKES_PER_ADDRESS_PER_SECOND = 32;
/** Verified connections with one address, so that one machine cannot use up MAX_CONNECTIONS. */
export const MAX_CONNECTIONS_PER_ADDRESS = 128;
/** Peers that one peer can report as connected to it. */
export const MAX_REPORTED_PEERS = 512;
/** Lost peers that the failure detector remembers. The limit bounds its memory. */
export const MAX_SUSPECTS = 4096;
/** Time to send the last message of a connection before it closes. */
export const MAX_BYE_FLUSH_MS = 500;

// History
/** Time that a lost peer has to reconnect before the loss is reported. */
export const LOST_GRACE_MS = 3000;
/** Delay between two reporters of successive rank. Usually the first one writes the report before the second one does. */
export const LOST_RANK_STEP_MS = 1000;
/**
 * Time without evidence that a peer is alive, after which the peer counts as lost. It applies if this node did not observe
 * the loss itself. Foreign nodes are counted for the same time after their last beacon.
 */
export const VANISHED_AFTER_MS = 60_000;
/**
 * Interval between two `alive` messages to a peer. It is short compared with VANISHED_AFTER_MS, because each hop delays the
 * news by up to one interval.
 */
export const ALIVE_INTERVAL_MS = 5000;
/**
 * Maximum number of times that VANISHED_AFTER_MS is doubled for one peer. Each absence of the peer doubles the time, because
 * its `returned` shows that a report was wrong.
 */
export const MAX_VANISHED_DOUBLINGS = 6;
/**
 * Minimum interval between two `returned` events of one peer. The limit bounds the log size when a connection is unstable.
 */
export const RETURNED_INTERVAL_MS = 60_000;
/** Limit of the absences of a peer. Events with this absence number or a greater one are stored, but have no effect. */
export const MAX_ABSENCES = 1024;
/**
 * Number of peers that one feed can report as lost; its `lost` events about further peers have no effect. No honest node
 * reports so many. The limit bounds what a liar can claim.
 */
export const MAX_REPORTED_SUBJECTS = 1024;
/**
 * Number of `lost` events of one feed about one peer that have an effect. Each of them makes that peer write a `returned`.
 */
export const MAX_REPORTS_PER_SUBJECT = 32;
/** Remembered `lost` events about peers of which nothing else is known, for all feeds together. */
export const MAX_HEARSAY = 16_384;
/**
 * Longest time that a node waits for a first hello before it writes `joined`. It waits because it corrects its clock by the
 * clock in that hello.
 */
export const JOINED_AFTER_MS = 1000;
/** Interval between two inventory deltas. */
export const HAVE_INTERVAL_MS = 250;
/**
 * Fixed part of the time limit of a `want`. The limit also includes the time that MAX_ANSWER_BYTES take at
 * WANT_BYTES_PER_SECOND.
 */
export const WANT_BASE_MS = 3000;
/** Transfer rate, in bytes per second, that the time limit of a `want` assumes. */
export const WANT_BYTES_PER_SECOND = 256 * 1000;
/** Bytes of received batches that are not ingested yet, above which the node pauses reading. */
export const MAX_INGEST_BYTES = 4 * 1024 * 1024;
/** Time that a node waits for a push before it requests the missing entry. */
export const PUSH_GRACE_MS = 1000;
/**
 * Number of connected peers up to which inventory deltas are HAVE_INTERVAL_MS apart. With more peers the interval grows in
 * proportion.
 */
export const HAVE_CROWD_PEERS = 8;
/** Longest time of reading messages without a pause. The pauses keep typing smooth. */
export const READ_SLICE_MS = 1;
/** Longest time of ingesting batches without a pause, and separately of committing them. */
export const RECEIVE_SLICE_MS = 1;
/** New feeds per minute that a peer can announce on one connection. */
export const MAX_NEW_FEEDS_PER_MINUTE = 4096;
/** Feeds of which missing entries are remembered. */
export const MAX_MISSING_FEEDS = 16_384;
/** Feeds in a log. The limit bounds the memory, because keys cost nothing to create. */
export const MAX_FEEDS = 131_072;
/** Bytes of a feed above which no more of its entries are requested. */
export const MAX_FEED_BYTES = 256 * 1024 * 1024;
/** Bytes of a log above which no more entries are requested. */
export const MAX_LOG_BYTES = 512 * 1024 * 1024;
/** Events in a log. The limit bounds the memory of the timeline. */
export const MAX_EVENTS = 3_000_000;
/**
 * 400 MiB. Estimated memory of the events of a log (memory-cost.ts). It is limited separately, because events can take much
 * more memory than their encoded bytes.
 */
export const MAX_EVENT_MEMORY_BYTES = 400 * 1024 * 1024;
/**
 * Fraction by which live events may exceed MAX_FEEDS, MAX_EVENTS, MAX_EVENT_MEMORY_BYTES and MAX_LOG_BYTES, so that the chat
 * continues when the log is full.
 */
export const LIVE_RESERVE = 0.25;
/** Live events accepted per second from one author. It is far above what people write. */
export const MAX_LIVE_EVENTS_PER_SECOND = 200;
/** Bytes of live events accepted per second from one author. */
export const MAX_LIVE_BYTES_PER_SECOND = 128 * 1024;
/** Burst of live events of one author, in seconds: what the two rates above allow in this time. */
export const LIVE_BURST_SECONDS = 5;
/**
 * Free allowance of each author, in seconds: what the author's rate allows in this time. Only usage above it counts toward
 * the limit for all authors together.
 */
export const LIVE_FREE_SECONDS = 0.25;
/**
 * Rate at which the free allowance of an author refills, as a fraction of the author's rate: 50 events per second. It is
 * low, because one machine can write with many keys, and above what people and their scripts write.
 */
export const LIVE_FREE_SHARE = 0.25;
/**
 * Number of authors that can write at their full rates together. The number is bounded, because keys cost nothing to
 * create.
 */
export const LIVE_AUTHORS_AT_FULL_PACE = 4;
/** Burst of live events of all authors together, in seconds: what their common rate allows in this time. */
export const LIVE_SHARED_BURST_SECONDS = 2;
/** Bytes of memory that a queued entry counts for in addition to its own bytes. */
export const ENTRY_COST_BYTES = 64;
/** Minimum interval between two typing signals of a node. */
export const TYPING_INTERVAL_MS = 3000;
/** How long the screen shows a typing signal. It is twice TYPING_INTERVAL_MS, so that one lost signal does not matter. */
export const TYPING_SHOWN_MS = 6000;

// Notices
/** Notices added to the screen per minute. More would hide the chat. */
export const MAX_NOTICES_PER_MINUTE = 20;
/**
 * Number of launches in a log up to which names get different colours: more than a busy room has in a year. Above it a hash
 * chooses the colour of each name.
 */
export const MAX_COLOURED_LAUNCHES = 4096;

// Window for guests
/** Guests of a window. A new guest replaces the guest that has been away for longest. */
export const MAX_WINDOW_GUESTS = 32;
/** Addresses of this computer on which the window listens. An interface can have many temporary IPv6 addresses. */
export const MAX_WINDOW_ADDRESSES = 8;
/** HTTP connections of the window from one address. */
export const MAX_WINDOW_CONNECTIONS_PER_ADDRESS = 8;
/** HTTP connections of all guests together, on one of the addresses of the window. */
export const MAX_WINDOW_CONNECTIONS = 256;
/** Bytes of the headers of a request to the window. */
export const MAX_WINDOW_HEADER_BYTES = 8 * 1024;
/** Bytes of the body of a request to the window. Only the token is sent as a body. */
export const MAX_WINDOW_REQUEST_BYTES = 256;
/** Time for the headers of a request to the window. */
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
/** 12 h. Time after which a window closes. */
export const WINDOW_LIFETIME_MS = 12 * 60 * 60 * 1000;
/** Changes that a window keeps for guests that were away. */
export const MAX_WINDOW_CHANGES = 65_536;
/** Changes of one commit above which guests load the newest rows again. */
export const MAX_WINDOW_CHANGES_AT_ONCE = 500;
/** Rows in one answer of the window. */
export const MAX_WINDOW_ROWS_PER_ANSWER = 100;
/** Size of the rows in one answer of the window, in UTF-16 units of JSON. No further row is added above this size. */
export const MAX_WINDOW_ANSWER_UNITS = 128 * 1024;
/**
 * Queued bytes for one guest above which the window closes the connection. The guest reconnects and continues at its
 * position.
 */
export const MAX_GUEST_QUEUED_BYTES = 1024 * 1024;
/**
 * Wrong tokens from one address within TOKEN_FAILURE_MEMORY_MS, after which the window refuses every token from this
 * address.
 */
export const MAX_TOKEN_FAILURES_PER_ADDRESS = 10;
/** Wrong tokens from all addresses within TOKEN_FAILURE_MEMORY_MS, after which the window refuses every token. */
export const MAX_TOKEN_FAILURES_PER_MINUTE = 100;
/** Time for which the window counts wrong tokens. */
export const TOKEN_FAILURE_MEMORY_MS = 60_000;
