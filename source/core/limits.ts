/**
 * Limits and intervals of the program. Every number that a peer can influence has an upper bound here, or beside the
 * field of the encoding that contains it (codec/message-fields.ts).
 *
 * The table in protocol.md, section Limits, has the same names and values; a test compares both. The end of a name is
 * the unit of the limit: `_MS` milliseconds, `_BYTES` bytes, `_PER_SECOND` a rate. Limits whose names have no unit
 * are counts or fractions.
 */

// Frames and messages
/** Maximum payload bytes of a frame and of a log record. The limit bounds the memory for one message. */
export const MAX_FRAME_BYTES = 1024 * 1024;
/** Maximum depth of nested arrays and maps in a message. The limit bounds the work of the decoder. */
export const MAX_NESTING = 16;
/**
 * Maximum number of values in a frame: all elements of arrays, and all keys and values of maps. The limit bounds the
 * number of JavaScript objects that one message creates.
 */
export const MAX_VALUES = 8192;
/** Maximum total bytes of the entries in a batch. A frame has room for several batches of this size. */
export const MAX_BATCH_BYTES = 256 * 1024;
/** Maximum number of entries in a batch. The limit bounds the time to verify and decode a batch. */
export const MAX_BATCH_ENTRIES = 128;
/**
 * When a node pushes a new event to a peer that may lack the events before it, the node pushes these events again, up
 * to this number of bytes.
 */
export const MAX_REPEATED_PUSH_BYTES = 4096;
/** Maximum bytes of one entry: twice what a text of MAX_TEXT_BYTES and the other fields need. */
export const MAX_ENTRY_BYTES = 32 * 1024;
/** Maximum total bytes of the entries in the answer to one `want`. Such an answer fits into one frame. */
export const MAX_ANSWER_BYTES = 1000 * 1024;
/** Maximum number of feeds in one `have` message. Such a message lists feeds that its sender holds. */
export const MAX_HAVE_FEEDS = 256;
/**
 * Number of groups into which a node divides its feeds, one for each possible first byte of a peer id. Two nodes
 * compare one hash for each group to find out which feeds differ.
 */
export const HAVE_BUCKETS = 256;
/** Maximum number of ranges of entries that one `want` message requests. */
export const MAX_WANT_RANGES = 256;
/**
 * Maximum number of unanswered `want` messages (requests for entries) on a connection. The limit bounds the work that
 * one peer can queue.
 */
export const MAX_OPEN_WANTS = 8;
/**
 * Maximum number of peers that one `peers` message adds to the list of its sender's connections, and separately of
 * peers that it removes from this list.
 */
export const MAX_PEERS_LISTED = 512;
/**
 * Interval between two `peers` messages to the same peer. These messages list the peers to which a node is connected.
 */
export const PEERS_INTERVAL_MS = 1000;
/**
 * Longest interval between two `peers` messages to the same peer. While many peers connect, the interval doubles up
 * to this value, to limit the traffic.
 */
export const PEERS_INTERVAL_CROWD_MS = 8000;

// Files
/** 32 GiB. Maximum size of a shared file. A file of this size has parts of 2 MiB. */
export const MAX_FILE_BYTES = 32 * 1024 * 1024 * 1024;
/** Maximum number of parts of a shared file. The hashes of so many parts, 512 KiB, fit into one frame. */
export const MAX_FILE_PARTS = 16_384;
/** Size in bytes of a part of a shared file of up to 2 GiB. Larger files have larger parts. */
export const MIN_PART_BYTES = 128 * 1024;
/** Maximum bytes of the name of a shared file: the usual limit of file systems. */
export const MAX_FILE_NAME_BYTES = 255;
/** Maximum bytes of the note to a shared file: a few lines. */
export const MAX_NOTE_BYTES = 1024;
/**
 * Maximum bytes of a file that one `file-want` message requests (a slice). A message that a user writes during a
 * transfer is sent after at most one slice.
 */
export const MAX_SLICE_BYTES = 256 * 1024;
/**
 * Number of bytes that a node requests at a time from a peer when a file transfer begins, and from a slow peer
 * always. A `file-want` for fewer bytes counts as this many bytes.
 */
export const MIN_SLICE_BYTES = 16 * 1024;
/**
 * Maximum bytes of files that a peer may have requested on one connection and not yet received. Also the maximum
 * bytes of received parts that a node keeps in memory until they are written.
 */
export const MAX_WANTED_FILE_BYTES = 32 * 1024 * 1024;
/**
 * Maximum number of files that a node fetches at the same time. Other fetches wait. The limit bounds the memory for
 * the hashes of the parts.
 */
export const MAX_ACTIVE_FETCHES = 4;
/**
 * Maximum number of files that a node remembers for each peer: those about which the peer asked last. When the node
 * receives more parts of such a file, it tells the peer.
 */
export const MAX_FILE_ASKS = 64;
/** Maximum number of `file-ask` messages (which parts of a file do you have?) accepted per second on one connection. */
export const MAX_FILE_ASKS_PER_SECOND = 16;
/** Maximum number of `file-info` messages (I have these parts of a file) accepted per second on one connection. */
export const MAX_FILE_INFOS_PER_SECOND = 256;
/**
 * Minimum interval between two `file-info` messages about one file to one peer. The interval is short, so that the
 * peer learns soon which parts it can fetch from this node.
 */
export const FILE_INFO_INTERVAL_MS = 20;
/**
 * Time for which requested bytes of files may wait in queues of the network. Other messages on the same path may be
 * delayed by this time.
 */
export const FILE_QUEUE_MS = 30;
/**
 * For this time after a message or a typing signal, people are chatting. A node then requests files so slowly that
 * their bytes cause no queue in the network. The time exceeds TYPING_INTERVAL_MS, so it does not end while somebody
 * types.
 */
export const FILE_TALK_MS = 5000;
/**
 * A holder (a peer that has parts of a file) counts as silent if no requested part of the file has arrived from it
 * for this time. The parts are then requested from other holders.
 */
export const FILE_ANSWER_MS = 10_000;
/**
 * Time for which a node requests no file from a peer that did not answer earlier requests (a silent holder). The time
 * doubles each time that the peer is silent again.
 */
export const FILE_REST_MS = 10_000;
/**
 * Number of times that a peer may refuse a part of a file that it said it has. After more refusals, the peer counts
 * as silent (FILE_ANSWER_MS).
 */
export const MAX_PART_REFUSALS = 16;
/** Maximum number of peers from which a node requests parts of one file at the same time. */
export const MAX_FILE_HOLDERS = 16;
/** Interval between two attempts to write a received part of a file that could not be written to the disk. */
export const FILE_RETRY_MS = 5000;
/**
 * Maximum bytes of shared files that a node keeps in memory. A part in memory need not be read from the disk again
 * for each peer that requests it.
 */
export const MAX_SERVED_CACHE_BYTES = 16 * 1024 * 1024;

// Text and names
/**
 * Maximum bytes of the text of a message: several screens of text, but few enough bytes to transfer many messages at
 * once.
 */
export const MAX_TEXT_BYTES = 16 * 1024;
/** Maximum bytes of the word of a reaction: one emoji, or a short word. */
export const MAX_WORD_BYTES = 16;
/**
 * Maximum number of distinct words with which one feed can react to one event. The words in the reactions with the
 * lowest seqs have an effect, further words have none.
 */
export const MAX_WORDS_PER_FEED = 8;
/**
 * Maximum number of reactions to one event that are read to show them. The limit bounds the work when many keys react
 * to one event.
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
 * Maximum number of pinned messages for which the timeline is searched. The limit bounds the work if somebody pins
 * messages that do not exist, for which the search fails.
 */
export const MAX_PINS_SEARCHED = 1024;
/**
 * Maximum number of `pinned` events, the newest ones, that are read to find the pinned messages. The limit bounds the
 * work if many keys pin.
 */
export const MAX_PINS_CONSIDERED = 4096;
/**
 * Maximum number of `pinned` events of one feed, the newest ones, that are read to find the pinned messages. Without
 * the limit, one peer that pins and unpins again and again could use up MAX_PINS_CONSIDERED.
 */
export const MAX_PINS_PER_FEED = 256;
/** Maximum bytes of the name of a peer in messages and entries: enough for 32 letters of two bytes. */
export const MAX_NAME_BYTES = 64;
/** Maximum width of a displayed name in terminal columns. A longer name would leave too little space for the text. */
export const MAX_NAME_CELLS = 32;
/**
 * Maximum number of IP addresses that a peer can claim as its own. Laptops rarely have more useful network
 * interfaces.
 */
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
/** Maximum number of connections to one peer that the state remembers, as `peer-connected` observations. */
export const MAX_CONTACTS_KEPT = 1024;

// Clocks
/**
 * Maximum value of the HLC counter, an unsigned 16-bit number. A further event in the same millisecond advances the HLC
 * to the next millisecond.
 */
export const MAX_HLC_COUNTER = 65_535;
/**
 * 24 h. An event whose HLC is further ahead of our clock is hidden until its HLC is at most 24 h ahead. Otherwise the
 * events of a peer with a wrong clock would stay at the end of the timeline.
 */
export const MAX_HLC_AHEAD_MS = 24 * 60 * 60 * 1000;
/**
 * 23 h. Our HLC does not follow an HLC that is further ahead of our wall clock. The limit is an hour below
 * MAX_HLC_AHEAD_MS, so that even peers whose clocks are up to an hour behind ours show our events at once.
 */
export const MAX_HLC_MERGED_MS = 23 * 60 * 60 * 1000;
/**
 * 1 h. The highest HLC that our clock follows (MAX_HLC_MERGED_MS) rises in steps of this size, so that nodes whose
 * clocks differ by seconds nearly always have the same limit.
 */
export const HLC_LIMIT_STEP_MS = 60 * 60 * 1000;
/** Our clock counts as wrong if it differs by more than 10 min from the median of the clocks in the room. */
export const CLOCK_WRONG_MS = 10 * 60 * 1000;
/**
 * A node that starts may be connected to one peer whose clock is wrong. If no peer agrees with the clock of the node,
 * the node waits for this time before it corrects its clock, because peers that agree may still connect.
 */
export const LONE_CLOCK_WAIT_MS = 800;
/**
 * A connected peer whose clock agrees with ours supports our clock. Our clock counts as supported for this time after
 * the last such peer has disconnected.
 */
export const CLOCK_SUPPORT_MS = 60 * 60 * 1000;
/**
 * 31 days. Largest correction of our clock by the clocks of peers. The clock of a computer without a clock battery
 * can be weeks behind, but a peer with a false clock must not move our clock further than that.
 */
export const MAX_CLOCK_CORRECTION_MS = 31 * 24 * 60 * 60 * 1000;
/** The screen shows by how much the clock of a peer differs from ours if the difference exceeds this time. */
export const CLOCK_OFFSET_SHOWN_MS = 30_000;
/**
 * A connection with this round-trip time or a longer one counts as fair instead of good. In a Wi-Fi network with
 * little traffic, the round-trip time is shorter.
 */
export const FAIR_ROUND_TRIP_MS = 100;
/**
 * A connection with this round-trip time or a longer one counts as slow. People notice such a delay in a conversation.
 */
export const SLOW_ROUND_TRIP_MS = 500;
/**
 * A live event (one that was not requested as history) is marked as late if it is more than 60 s old when it arrives.
 */
export const LATE_AFTER_MS = 60_000;

// Discovery
/** Maximum bytes of a beacon. The limit is far below any MTU, so that the datagram is never fragmented. */
export const MAX_BEACON_BYTES = 512;
/**
 * Times in ms after the start of a node at which it sends its first beacons. There are several, because datagrams get
 * lost.
 */
export const BEACON_BURST_MS: readonly number[] = [0, 250, 750, 1500, 3000];
/** Interval between two beacons of a node. */
export const BEACON_INTERVAL_MS = 5000;
/** Interval between two beacons of a node in a large room, in which nodes already know enough peers. */
export const BEACON_INTERVAL_CROWD_MS = 15_000;
/** A room counts as large if the node is connected to at least this number of peers. Nodes then send fewer beacons. */
export const BEACON_CROWD_PEERS = 30;
/**
 * Random variation of the interval between two beacons, as a fraction of it, so that nodes do not send at the same
 * time.
 */
export const BEACON_JITTER = 0.2;
/**
 * Maximum number of answers to beacons that this node sends per second. Otherwise somebody who sends beacons with a
 * forged sender address could make this node flood another computer.
 */
export const MAX_BEACON_ANSWERS_PER_SECOND = 10;
/**
 * Maximum number of beacon datagrams processed per second from all senders. The limit bounds the time for checking
 * their authentication codes (HMACs).
 */
export const MAX_BEACONS_PER_SECOND = 500;
/**
 * Maximum number of beacon datagrams processed per second from one address and port, so that one sender cannot use up
 * MAX_BEACONS_PER_SECOND.
 */
export const MAX_BEACONS_PER_SOURCE_PER_SECOND = 50;
/** Maximum number of peers that a node remembers as candidates: peers to which it may open a connection. */
export const MAX_CANDIDATES = 1024;
/**
 * Of MAX_CANDIDATES remembered peers, this number is reserved for peers that were connected once. Peers that are
 * known only from announcements cannot displace them.
 */
export const MAX_KNOWN_CANDIDATES = 512;
/**
 * Maximum number of nodes of other rooms that are remembered from their beacons. The limit bounds the memory, because
 * anybody can invent ids.
 */
export const MAX_FOREIGN_NODES = 1024;
/** The screen says that nobody is connected after this time without any connection. */
export const ALONE_AFTER_MS = 3000;

// Dialling
/** Maximum number of dials (attempts to connect to a peer) that are in progress at the same time. */
export const MAX_DIALS_AT_ONCE = 16;
/** Maximum number of dials (attempts to connect to a peer) started per second, on average. */
export const MAX_DIALS_PER_SECOND = 32;
/**
 * Maximum number of dials (attempts to connect to a peer) started in one burst. In a room of this size, a node can
 * dial all peers without delay.
 */
export const DIAL_BURST = 64;
/**
 * Initial limit of the number of dials in progress at the same time. Fast dials raise the limit, up to
 * MAX_DIALS_AT_ONCE; slow dials lower it.
 */
export const DIALS_AT_FIRST = 4;
/** A dial counts as slow if the hello of the peer arrives more than this time after the start of the dial. */
export const SLOW_DIAL_MS = 500;
/** Maximum time for a TCP connection to open. It allows two retransmissions of a lost SYN. */
export const DIAL_TIMEOUT_MS = 4000;
/**
 * Two nodes that discover each other would both dial. The one with the higher peer id waits for this time first, so
 * usually only the other one dials.
 */
export const HIGHER_ID_DIALS_AFTER_MS = 1000;
/**
 * Of two nodes that discover each other, the one with the higher peer id waits for the other one to dial, at most for
 * this time.
 */
export const HIGHER_ID_WAITS_AT_MOST_MS = 10_000;
/**
 * A peer can have several addresses. If one of them has not answered a dial after this time, the dial also tries the
 * next one (RFC 8305).
 */
export const RACE_DELAY_MS = 250;
/** Maximum number of addresses of one host name that a dial tries. */
export const MAX_RESOLVED_ADDRESSES = 8;
/**
 * Time between the first failed dial of a peer and the next dial. Each further failure doubles the time, up to
 * RETRY_MAX_MS.
 */
export const RETRY_FIRST_MS = 1000;
/**
 * Longest time between a failed dial of a peer and the next dial of this peer, as long as there were fewer than
 * MAX_DIAL_FAILURES failures.
 */
export const RETRY_MAX_MS = 30_000;
/**
 * Random variation of the time between two dials of a peer, as a fraction of this time, so that nodes do not retry at
 * the same time.
 */
export const RETRY_JITTER = 0.2;
/** After this number of failed dials in a row, a peer is dialled again only when a beacon of this peer arrives. */
export const MAX_DIAL_FAILURES = 5;
/**
 * Interval between two dials of a peer after MAX_DIAL_FAILURES failed dials, as long as another peer reports that it
 * is connected to this peer.
 */
export const RETRY_SEEN_MS = 60_000;
/**
 * Maximum number of peers that are dialled every RETRY_SEEN_MS because others report a connection to them. The number
 * is limited, because such reports are not verified.
 */
export const MAX_SEEN_RETRIES = 32;

// Connections
/** Maximum time for the TLS handshake of a connection, and separately for the `hello` message after it. */
export const HELLO_TIMEOUT_MS = 5000;
/**
 * Maximum number of TLS handshakes in progress on accepted connections. Each handshake costs milliseconds of CPU time.
 */
export const MAX_PENDING_CONNECTIONS = 64;
/** Maximum number of TLS handshakes with one IP address that are in progress or waiting to start. */
export const MAX_PENDING_PER_ADDRESS = 16;
/** Maximum number of accepted connections that wait until their TLS handshake can start. */
export const MAX_WAITING_CONNECTIONS = 128;
/** Maximum number of opened TCP connections that wait in the operating system until the program accepts them. */
export const LISTEN_BACKLOG = 64;
/**
 * While more than this number of bytes is queued on a connection, a node delays its answers to `want` messages. A
 * local network transfers this number of bytes in a few ms.
 */
export const SEND_HIGH_WATER_BYTES = 256 * 1024;
/**
 * 16 MiB. Bytes that may be queued on all connections together before answers to `want` are delayed. Each connection has an
 * equal share, which replaces SEND_HIGH_WATER_BYTES if it is smaller: with more than 64 connections.
 */
export const SEND_BUDGET_BYTES = 16 * 1024 * 1024;
/** Least share of a connection in SEND_BUDGET_BYTES. A typical answer fits into a few such shares. */
export const MIN_SEND_HIGH_WATER_BYTES = 16 * 1024;
/** Maximum number of verified connections to one peer. A node soon closes all but one of them. */
export const MAX_LINKS_PER_PEER = 8;
/** Maximum number of verified connections of the node. It is below the usual limit of file descriptors. */
export const MAX_CONNECTIONS = 512;
/** A node sends a ping on a connection when it has received no bytes, or has sent no message, for this time. */
export const PING_AFTER_MS = 2000;
/** A peer becomes `suspect` after this time without received bytes. The screen then shows it as silent. */
export const SUSPECT_AFTER_MS = 5000;
/** A node closes a connection on which it has received no bytes for this time. */
export const GONE_AFTER_MS = 9000;
/** Interval at which a node checks on each connection how long no bytes have arrived. */
export const LIVENESS_TICK_MS = 500;
/**
 * If our own timers fire later than planned by more than this time, our process or computer was suspended. The
 * silence of peers during the suspension is then ignored.
 */
export const STALL_MS = 2000;
/**
 * While more than this number of bytes is queued for a peer, new events are not pushed to this peer. The peer
 * requests them later.
 */
export const MAX_QUEUED_BYTES = 8 * 1024 * 1024;
/** If a connection delivers more than this number of messages per second, the node pauses reading from it. */
export const MAX_MESSAGES_PER_SECOND = 2000;
/**
 * Applies to the rates of messages of one kind. A peer may send at once as many messages of this kind as their rate
 * allows in this number of seconds. A peer that sends more is disconnected with the error `flood`.
 */
export const MESSAGE_BURST_SECONDS = 16;
/**
 * Fraction of the rates of messages, and of their bursts, that this node uses as a sender. Without this margin, a
 * delay in the network could make its messages arrive faster than a limit allows.
 */
export const SENDER_RATE_SHARE = 0.75;
/** Maximum number of `have` messages other than digests accepted per second on one connection. */
export const MAX_HAVES_PER_SECOND = 64;
/**
 * Maximum number of digests (`have` messages with a hash for each group of feeds) accepted per second on one
 * connection.
 */
export const MAX_DIGESTS_PER_SECOND = 1;
/** Maximum number of `want` messages (requests for entries) accepted per second on one connection. */
export const MAX_WANTS_PER_SECOND = 64;
/** Maximum number of peers named per second in the `peers` messages that one connection delivers. */
export const MAX_PEERS_NAMED_PER_SECOND = 64;
/**
 * Maximum number of peers named per second in the `alive` messages that one connection delivers. A sender that names
 * MAX_PEERS_LISTED peers every ALIVE_INTERVAL_MS needs less than half of this rate.
 */
export const MAX_ALIVE_NAMED_PER_SECOND = 256;
/** Maximum number of pings accepted per second on one connection, and separately of pongs. */
export const MAX_PINGS_PER_SECOND = 4;
/** Maximum number of `typing` messages (the user is typing) accepted per second on one connection. */
export const MAX_TYPING_PER_SECOND = 2;
/**
 * Maximum number of whispers (private messages) accepted per second on one connection, and separately of
 * acknowledgements of whispers.
 */
export const MAX_WHISPERS_PER_SECOND = 16;
/**
 * Maximum number of whispers (private messages) to one peer that the peer has not acknowledged yet. After a
 * reconnection all of them are sent again at once. The rate limit of the peer (MAX_WHISPERS_PER_SECOND) allows a
 * burst of this size.
 */
export const MAX_WHISPERS_OUTSTANDING = 64;
/**
 * Maximum number of peers for which this node remembers the number of the last whisper. The limit exists because
 * anybody can whisper with any number of keys. If it is reached, peers that have left are forgotten. If none has
 * left, one peer is forgotten: of the absent peers at the IP address with the most peers, the one that whispered
 * longest ago.
 */
export const MAX_WHISPERERS = 1024;
/**
 * Time without an acknowledgement after which a node sends its whispers (private messages) to a peer again on the
 * same connection.
 */
export const WHISPER_RETRY_MS = 10_000;
/**
 * Maximum time from the first byte of a frame to its last. If a frame takes longer, the connection is closed, because a
 * partial frame occupies memory.
 */
export const MAX_FRAME_MS = 60_000;
/**
 * Maximum memory in bytes for the incomplete frames of all connections together. Hundreds of connections can each
 * receive a piece of a file or a long answer at the same time.
 */
export const MAX_PARTIAL_FRAME_BYTES = 32 * 1024 * 1024;
/**
 * A node closes a connection if bytes are queued for the peer and the peer reads none of them for this time, because
 * a full queue occupies memory.
 */
export const SLOW_READER_MS = 60_000;
/**
 * Duration of the temporary ban of a peer that broke the protocol. It is also the longest duration of the ban of an
 * IP address.
 */
export const FAULT_BAN_MS = 60_000;
/** Maximum number of elements in each of three lists of a node: banned peers, banned IP addresses and trusted peers. */
export const MAX_BANS = 1024;
/**
 * Duration of the first ban of an IP address from which a peer broke the protocol. The duration doubles with each
 * further fault. It is short, because several users may share an address.
 */
export const FIRST_ADDRESS_BAN_MS = 4000;
/**
 * A peer becomes trusted when a connection to it has lasted for this time and the peer has not broken the protocol. A
 * ban of an IP address does not apply to trusted peers.
 */
export const TRUSTED_AFTER_MS = 10_000;
/**
 * Maximum number of TLS handshakes on accepted connections that are started per second, on average, for all IP
 * addresses together. The limit leaves CPU time for everything else.
 */
export const MAX_HANDSHAKES_PER_SECOND = 16;
/**
 * Maximum number of TLS handshakes on accepted connections that are started in one burst. So all nodes of a room of
 * this size can restart at the same time.
 */
export const MAX_HANDSHAKE_BURST = 256;
/**
 * An IP address becomes suspect when this number of TLS handshakes with it have failed since the last successful one.
 */
export const MAX_FAILED_HANDSHAKES = 4;
/**
 * Maximum number of TLS handshakes started per second for all suspect addresses together (MAX_FAILED_HANDSHAKES), so
 * that they do not use up the rate of other addresses.
 */
export const MAX_SUSPECT_HANDSHAKES_PER_SECOND = 4;
/** Maximum number of TLS handshakes started per second with one IP address. */
export const MAX_HANDSHAKES_PER_ADDRESS_PER_SECOND = 32;
/**
 * Maximum number of verified connections with one IP address. Without the limit, one machine could use up
 * MAX_CONNECTIONS.
 */
export const MAX_CONNECTIONS_PER_ADDRESS = 128;
/** Maximum number of peers that one peer can report in `peers` messages as connected to it. */
export const MAX_REPORTED_PEERS = 512;
/**
 * Maximum number of peers without a connection that the failure detector remembers, to decide whether they are lost.
 * The limit bounds its memory.
 */
export const MAX_SUSPECTS = 4096;
/** Maximum time for sending the last message on a connection before the node closes the connection. */
export const MAX_BYE_FLUSH_MS = 500;

// History
/** Time that a peer whose connection broke has to reconnect before it is reported as lost. */
export const LOST_GRACE_MS = 3000;
/**
 * Several peers can report a loss. They are ranked, and each waits for this time longer than the one before it. The
 * time is usually long enough for the second peer to receive the report of the first one; it then writes no report.
 */
export const LOST_RANK_STEP_MS = 1000;
/**
 * If this node did not observe the loss of a peer itself, the peer counts as lost after this time without evidence
 * that it is alive. Also the time after its last beacon for which a node of another room is counted as present.
 */
export const VANISHED_AFTER_MS = 60_000;
/**
 * Interval between two `alive` messages to a peer. It is short compared with VANISHED_AFTER_MS, because each node
 * that passes the news on delays it by up to one interval.
 */
export const ALIVE_INTERVAL_MS = 5000;
/**
 * Maximum number of times that VANISHED_AFTER_MS is doubled for one peer. It is doubled each time that the peer
 * writes `returned`, because a `returned` event shows that the peer was wrongly reported as lost.
 */
export const MAX_VANISHED_DOUBLINGS = 6;
/**
 * Minimum interval between two `returned` events of one peer. The limit bounds the log size when a connection is unstable.
 */
export const RETURNED_INTERVAL_MS = 60_000;
/**
 * The absences of a peer are numbered from 0. `lost` and `returned` events whose absence number is this limit or
 * greater are stored, but have no effect.
 */
export const MAX_ABSENCES = 1024;
/**
 * Maximum number of peers that one feed can report as lost. Its `lost` events about further peers have no effect. An
 * honest node does not report so many. The limit bounds the work that a node with false reports can cause.
 */
export const MAX_REPORTED_SUBJECTS = 1024;
/**
 * Maximum number of `lost` events of one feed about one peer that have an effect. Without the limit, one peer could
 * make another peer write any number of `returned` events.
 */
export const MAX_REPORTS_PER_SUBJECT = 32;
/**
 * Maximum number of `lost` events that are remembered although nothing else is known of the peer that they report as
 * lost, for the feeds of all authors together.
 */
export const MAX_HEARSAY = 16_384;
/**
 * Longest time that a node which has started waits for the `hello` of a first peer before it writes `joined`. It
 * waits because the `hello` contains the clock of the peer, by which the node corrects its own clock.
 */
export const JOINED_AFTER_MS = 1000;
/** Interval between two `have` messages in which a node tells a peer that its feeds have grown. */
export const HAVE_INTERVAL_MS = 250;
/**
 * Fixed part of the time limit for the answer to a `want` (a request for entries). The other part is the time in
 * which MAX_ANSWER_BYTES arrive at WANT_BYTES_PER_SECOND.
 */
export const WANT_BASE_MS = 3000;
/** Transfer rate, in bytes per second, that the time limit for the answer to a `want` assumes. */
export const WANT_BYTES_PER_SECOND = 256 * 1000;
/**
 * The node pauses reading from connections while more than this number of bytes in received batches wait to be
 * verified and stored.
 */
export const MAX_INGEST_BYTES = 4 * 1024 * 1024;
/**
 * Time that a node waits for an event that the author probably pushes to it, before it requests the event from
 * another peer.
 */
export const PUSH_GRACE_MS = 1000;
/**
 * Up to this number of connected peers, a node tells each peer every HAVE_INTERVAL_MS which of its feeds have grown.
 * With more peers, this interval grows in proportion.
 */
export const HAVE_CROWD_PEERS = 8;
/**
 * Longest time for which received messages are processed without a pause. In the pauses the program handles key
 * presses, so typing stays smooth.
 */
export const READ_SLICE_MS = 1;
/**
 * Longest time for which received batches are verified without a pause. The same time limits writing verified batches
 * to the log and applying them to the state. In the pauses the program handles key presses.
 */
export const RECEIVE_SLICE_MS = 1;
/**
 * Maximum number of feeds per minute that a peer can list on one connection and of which this node has not known
 * before. Further ones are ignored.
 */
export const MAX_NEW_FEEDS_PER_MINUTE = 4096;
/** Maximum number of feeds for which a node remembers that a peer has entries that the node lacks. */
export const MAX_MISSING_FEEDS = 16_384;
/**
 * Maximum number of feeds that a node remembers from the `have` messages of its peers, for all connections together.
 * Each connection has an equal share, at least MAX_HAVE_FEEDS. Without the limit, many peers that each list many
 * feeds would take much memory.
 */
export const MAX_LISTED_FEEDS = 524_288;
/**
 * Maximum number of feeds in a log. The limit bounds the memory, because anybody can create any number of keys, and
 * each key has a feed.
 */
export const MAX_FEEDS = 131_072;
/** Maximum bytes of a feed. When a feed has reached this size, no more of its entries are requested. */
export const MAX_FEED_BYTES = 256 * 1024 * 1024;
/** Maximum bytes of a log. When the log has reached this size, no more entries are requested. */
export const MAX_LOG_BYTES = 512 * 1024 * 1024;
/** Maximum number of events in a log. The limit bounds the memory of the timeline. */
export const MAX_EVENTS = 3_000_000;
/**
 * 360 MiB. Maximum estimated memory of the events of a log (memory-cost.ts). It is limited separately, because events
 * can take much more memory than their encoded bytes.
 */
export const MAX_EVENT_MEMORY_BYTES = 360 * 1024 * 1024;
/**
 * Fraction by which live events (those not requested as history) may exceed MAX_FEEDS, MAX_EVENTS,
 * MAX_EVENT_MEMORY_BYTES and MAX_LOG_BYTES, so that the chat continues when the log is full.
 */
export const LIVE_RESERVE = 0.25;
/**
 * Maximum number of live events (not requested as history) accepted per second from one author. People write far
 * fewer.
 */
export const MAX_LIVE_EVENTS_PER_SECOND = 200;
/** Maximum bytes of live events (not requested as history) accepted per second from one author. */
export const MAX_LIVE_BYTES_PER_SECOND = 128 * 1024;
/**
 * Size of a burst of live events of one author, in seconds: a burst has at most as many events and bytes as
 * MAX_LIVE_EVENTS_PER_SECOND and MAX_LIVE_BYTES_PER_SECOND allow in this time.
 */
export const LIVE_BURST_SECONDS = 5;
/**
 * Free allowance for live events of each author: as many as the author's rate allows in this number of seconds. Only
 * events beyond the allowance count toward the common limit of all authors.
 */
export const LIVE_FREE_SECONDS = 0.25;
/**
 * Rate at which the free allowance of an author (LIVE_FREE_SECONDS) refills, as a fraction of the author's rate: 50
 * events per second. This is more than people and their scripts write. A higher rate would favour a machine that
 * writes with many keys.
 */
export const LIVE_FREE_SHARE = 0.25;
/**
 * Common limit for live events of all authors together, as a multiple of the rate of one author. There is such a
 * limit, because one machine can create any number of authors.
 */
export const LIVE_AUTHORS_AT_FULL_PACE = 4;
/**
 * Size of a burst of live events of all authors together, in seconds: a burst has at most what their common limit
 * (LIVE_AUTHORS_AT_FULL_PACE) allows in this time.
 */
export const LIVE_SHARED_BURST_SECONDS = 2;
/** Memory in bytes that is counted for each entry that waits to be stored, in addition to the bytes of the entry. */
export const ENTRY_COST_BYTES = 64;
/** Minimum interval between two `typing` messages (the user is typing) of a node. */
export const TYPING_INTERVAL_MS = 3000;
/**
 * Time for which the screen shows that a person is typing after a `typing` message. It is twice TYPING_INTERVAL_MS,
 * so that one missing message does not matter.
 */
export const TYPING_SHOWN_MS = 6000;

// Notices
/** Maximum number of notices (lines of the program itself) added to the screen per minute. More would hide the chat. */
export const MAX_NOTICES_PER_MINUTE = 20;
/**
 * Names get different colours as long as the log has at most this number of launches (runs of the program by
 * anybody), more than a busy room has in a year. In a longer log, a hash chooses the colour of each name.
 */
export const MAX_COLOURED_LAUNCHES = 4096;

// Window for guests
/**
 * Maximum number of guests of the window (the web page that shows the room). When it is reached, a further guest
 * replaces the disconnected guest that has been away for longest.
 */
export const MAX_WINDOW_GUESTS = 32;
/**
 * Maximum number of IP addresses of this computer on which the window (the web page for guests) can be reached. An
 * interface can have many temporary IPv6 addresses.
 */
export const MAX_WINDOW_ADDRESSES = 8;
/** Maximum number of HTTP connections to the window (the web page for guests) from one IP address. */
export const MAX_WINDOW_CONNECTIONS_PER_ADDRESS = 8;
/**
 * Maximum number of HTTP connections of all guests together to one IP address of the window (the web page for
 * guests).
 */
export const MAX_WINDOW_CONNECTIONS = 256;
/** Maximum bytes of the HTTP headers of a request to the window (the web page for guests). */
export const MAX_WINDOW_HEADER_BYTES = 8 * 1024;
/**
 * Maximum bytes of the body of an HTTP request to the window. The only body that a guest sends is the token, which
 * admits the guest.
 */
export const MAX_WINDOW_REQUEST_BYTES = 256;
/** Maximum time in which the HTTP headers of a request to the window (the web page for guests) must arrive. */
export const WINDOW_HEADERS_TIMEOUT_MS = 5000;
/**
 * Time in which the browser of a guest must have read an HTTP answer of the window. It is long enough to download the
 * program's package at 4 kB/s.
 */
export const WINDOW_ANSWER_TIMEOUT_MS = 120_000;
/**
 * Time in which the browser of a guest must have read everything that is queued for it. After this time the HTTP
 * server of the window (the web page for guests) closes the guest's connection.
 */
export const WINDOW_STALL_TIMEOUT_MS = 120_000;
/** Interval at which the window (the web page for guests) sends a ping to the browser of a guest. */
export const WINDOW_PING_MS = 15_000;
/** Time for which the window (the web page for guests) collects changes of the room before it sends them to guests. */
export const WINDOW_BATCH_MS = 50;
/** 12 h. The window, which shows the room to guests, closes by itself this time after it was opened. */
export const WINDOW_LIFETIME_MS = 12 * 60 * 60 * 1000;
/** Maximum number of changes of the room that the window keeps for guests that reconnect. */
export const MAX_WINDOW_CHANGES = 65_536;
/**
 * Maximum number of rows of the timeline that the window sends to guests when they change at once. If more rows
 * change at once, guests load the newest rows again.
 */
export const MAX_WINDOW_CHANGES_AT_ONCE = 500;
/** Maximum number of timeline rows in one HTTP answer of the window to a guest. */
export const MAX_WINDOW_ROWS_PER_ANSWER = 100;
/**
 * Maximum size of the timeline rows in one HTTP answer of the window to a guest, in UTF-16 units of JSON. The first
 * row is sent even if it is longer.
 */
export const MAX_WINDOW_ANSWER_UNITS = 128 * 1024;
/**
 * The window closes the connection of a guest for whom more than this number of bytes is queued. The browser of the
 * guest then reconnects and continues where it stopped.
 */
export const MAX_GUEST_QUEUED_BYTES = 1024 * 1024;
/**
 * A token admits a guest to the window. After this number of wrong tokens from one IP address within
 * TOKEN_FAILURE_MEMORY_MS, the window refuses every token from this address.
 */
export const MAX_TOKEN_FAILURES_PER_ADDRESS = 10;
/**
 * A token admits a guest to the window. After this number of wrong tokens from all addresses together within
 * TOKEN_FAILURE_MEMORY_MS, the window refuses every token.
 */
export const MAX_TOKEN_FAILURES_PER_MINUTE = 100;
/**
 * Time for which the window counts wrong tokens (failed attempts to become a guest) before the count starts again at
 * 0.
 */
export const TOKEN_FAILURE_MEMORY_MS = 60_000;
