//! crmlint audits the seam between Zoho CRM and Customer.io.
//!
//! One way through, each stage taking the previous one's type and knowing nothing of later ones:
//!
//! ```text
//! files ─ exports ─▶ frames ─▶ facts ─▶ checks ─▶ findings ─▶ reports
//!                               ▲  asked for by checks
//!             mapping document ─┴─ rules/*.yaml
//! ```
//!
//! * [`pull`]: the systems' own APIs → files for the next stage; with [`net`] it alone (and `notify`) opens a connection
//! * [`exports`]: paths, archives → datasets: which system wrote them, which column is which, what was wrong with the bytes
//! * [`frames`]: datasets → text columns, and the identity index that says which records are one person
//! * [`mapping`], [`config`]: the team's documents, every entry with its place
//! * [`facts`]: questions → answers; a closed set of facts, answered by one engine
//! * [`checks`]: mapping and parameters → questions; answers → hits; one list of kinds
//! * [`drafts`]: datasets → a first config and mapping, with questions; [`layout`]: a document → the same, laid out
//! * [`matching`]: identity values → pairs that may be one person; it knows nothing of exports
//! * [`radius`]: what profiles hold, as counts → whom a revision of the mapping moves
//! * [`trace`]: one person through every stage but checks: what each system holds, and what keeps them out of a journey
//! * [`interrupt`]: Ctrl-C → no drafts
//! * [`rules`]: kinds with parameters, code, severity and texts, as data
//! * [`net`]: the one way to the network, for `pull` and `notify` alone
//! * [`notify`]: a JSON report → messages to people
//! * [`pictures`]: answers → what people would rather look at than read
//! * [`findings`]: hits → findings → triage → verdict
//! * [`history`]: verdict ↔ one SQLite file: what is new, still there, back and gone
//! * [`reports`]: verdict → terminal, JSON, the formats of CI, file of failing rows
//!
//! [`audit::run`] goes the whole way.

mod again;
pub mod audit;
pub mod checks;
pub mod cli;
pub mod config;
pub mod drafts;
pub mod error;
pub mod exports;
pub mod facts;
pub mod findings;
pub mod frames;
pub mod history;
pub mod interrupt;
pub mod layout;
pub mod mapping;
pub mod matching;
pub mod memory;
pub mod net;
pub mod notify;
mod outcomes;
pub mod pictures;
pub mod pull;
pub mod radius;
mod remarks;
pub mod reports;
pub mod revisions;
mod rounds;
pub mod rules;
pub mod shape;
pub mod snapshots;
pub mod text;
pub mod timings;
pub mod trace;
pub mod yaml;
