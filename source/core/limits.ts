/**
 * Every bound and interval of the product. Everybody on the network may send anything: what is not bounded here is a
 * bug. `protocol.md`, "Limits", holds the same table (a test compares). Wall times in ms, sizes in bytes.
 */

// Frames and messages
export const MAX_FRAME_BYTES = 1024 * 1024;
export const MAX_NESTING = 16;
export const MAX_VALUES = 8192;
export const MAX_BATCH_BYTES = 256 * 1024;
export const MAX_BATCH_ENTRIES = 128;
export const MAX_ENTRY_BYTES = 32 * 1024;
export const MAX_ANSWER_BYTES = 1000 * 1024;
export const MAX_HAVE_FEEDS = 256;
export const HAVE_BUCKETS = 256;
export const MAX_WANT_RANGES = 256;
export const MAX_OPEN_WANTS = 8;
export const MAX_PEERS_LISTED = 512;
export const PEERS_INTERVAL_MS = 1000;
export const PEERS_INTERVAL_CROWD_MS = 8000;

// Text and names
export const MAX_TEXT_BYTES = 16 * 1024;
export const MAX_NAME_BYTES = 64;
export const MAX_NAME_CELLS = 32;
export const MAX_ADDRESSES = 4;
export const MAX_ADDRESS_LENGTH = 64;
export const MAX_VERSION_LENGTH = 32;
export const MAX_ROOM_BYTES = 64;
export const MAX_REASON_LENGTH = 200;
export const MAX_COMBINING_MARKS = 8;
export const MAX_NAMES_KEPT = 1024;
export const MAX_CONTACTS_KEPT = 1024;

// Clocks
export const MAX_HLC_COUNTER = 65_535;
export const MAX_HLC_AHEAD_MS = 24 * 60 * 60 * 1000;
export const MAX_HLC_MERGED_MS = 23 * 60 * 60 * 1000;
export const CLOCK_WRONG_MS = 10 * 60 * 1000;
export const CLOCK_OFFSET_SHOWN_MS = 30_000;
export const LATE_AFTER_MS = 60_000;

// Discovery
export const MAX_BEACON_BYTES = 512;
export const BEACON_BURST_MS: readonly number[] = [0, 250, 750, 1500, 3000];
export const BEACON_INTERVAL_MS = 5000;
export const BEACON_INTERVAL_CROWD_MS = 15_000;
export const BEACON_CROWD_PEERS = 30;
export const BEACON_JITTER = 0.2;
export const MAX_BEACON_ANSWERS_PER_SECOND = 10;
export const MAX_BEACONS_PER_SECOND = 500;
export const MAX_BEACONS_PER_SOURCE_PER_SECOND = 50;
export const MAX_CANDIDATES = 1024;
export const MAX_FOREIGN_NODES = 1024;
export const ALONE_AFTER_MS = 3000;

// Dialling
export const MAX_DIALS_AT_ONCE = 16;
export const MAX_DIALS_PER_SECOND = 32;
export const DIAL_BURST = 64;
export const DIALS_AT_FIRST = 4;
export const SLOW_DIAL_MS = 500;
export const DIAL_TIMEOUT_MS = 4000;
export const HIGHER_ID_DIALS_AFTER_MS = 1000;
export const HIGHER_ID_WAITS_AT_MOST_MS = 10_000;
export const RETRY_FIRST_MS = 1000;
export const RETRY_MAX_MS = 30_000;
export const RETRY_JITTER = 0.2;
export const MAX_DIAL_FAILURES = 5;
export const RETRY_SEEN_MS = 60_000;
export const MAX_SEEN_RETRIES = 32;

// Connections
export const HELLO_TIMEOUT_MS = 5000;
export const MAX_PENDING_CONNECTIONS = 64;
export const MAX_PENDING_PER_ADDRESS = 16;
export const MAX_WAITING_CONNECTIONS = 128;
export const LISTEN_BACKLOG = 64;
export const SEND_HIGH_WATER_BYTES = 256 * 1024;
export const MAX_LINKS_PER_PEER = 8;
export const MAX_CONNECTIONS = 512;
export const PING_AFTER_MS = 2000;
export const SUSPECT_AFTER_MS = 5000;
export const GONE_AFTER_MS = 9000;
export const LIVENESS_TICK_MS = 500;
export const STALL_MS = 2000;
export const MAX_QUEUED_BYTES = 8 * 1024 * 1024;
export const MAX_MESSAGES_PER_SECOND = 2000;
export const MESSAGE_BURST_SECONDS = 16;
export const MAX_HAVES_PER_SECOND = 64;
export const MAX_DIGESTS_PER_SECOND = 1;
export const MAX_WANTS_PER_SECOND = 64;
export const MAX_PEERS_NAMED_PER_SECOND = 64;
export const MAX_PINGS_PER_SECOND = 4;
export const MAX_TYPING_PER_SECOND = 2;
export const MAX_FRAME_MS = 60_000;
export const SLOW_READER_MS = 60_000;
export const FAULT_BAN_MS = 60_000;
export const MAX_BANS = 1024;
export const FIRST_ADDRESS_BAN_MS = 4000;
export const TRUSTED_AFTER_MS = 10_000;
export const MAX_HANDSHAKES_PER_SECOND = 16;
export const MAX_HANDSHAKE_BURST = 256;
export const MAX_HANDSHAKES_PER_ADDRESS_PER_SECOND = 32;
export const MAX_CONNECTIONS_PER_ADDRESS = 128;
export const MAX_REPORTED_PEERS = 512;
export const MAX_SUSPECTS = 4096;
export const MAX_BYE_FLUSH_MS = 500;

// History
export const LOST_GRACE_MS = 3000;
export const LOST_RANK_STEP_MS = 1000;
export const VANISHED_AFTER_MS = 60_000;
export const RETURNED_INTERVAL_MS = 60_000;
export const MAX_ABSENCES = 1024;
export const JOINED_AFTER_MS = 1000;
export const HAVE_INTERVAL_MS = 250;
export const WANT_BASE_MS = 3000;
export const WANT_BYTES_PER_SECOND = 256 * 1000;
export const MAX_INGEST_BYTES = 4 * 1024 * 1024;
export const PUSH_GRACE_MS = 1000;
export const HAVE_CROWD_PEERS = 8;
export const READ_SLICE_MS = 1;
export const RECEIVE_SLICE_MS = 1;
export const MAX_NEW_FEEDS_PER_MINUTE = 4096;
export const MAX_MISSING_FEEDS = 16_384;
export const MAX_FEEDS = 131_072;
export const MAX_FEED_BYTES = 256 * 1024 * 1024;
export const MAX_LOG_BYTES = 512 * 1024 * 1024;
export const MAX_EVENTS = 3_000_000;
export const LIVE_RESERVE = 0.25;
export const MAX_LIVE_EVENTS_PER_SECOND = 200;
export const MAX_LIVE_BYTES_PER_SECOND = 128 * 1024;
export const LIVE_BURST_SECONDS = 5;
export const LIVE_FREE_SECONDS = 0.25;
export const LIVE_AUTHORS_AT_FULL_PACE = 4;
export const LIVE_SHARED_BURST_SECONDS = 2;
export const ENTRY_COST_BYTES = 64;
export const TYPING_INTERVAL_MS = 3000;
export const TYPING_SHOWN_MS = 6000;

// Notices
export const MAX_NOTICES_PER_MINUTE = 20;

// Shutdown
export const STOP_TIMEOUT_MS = 900;
