//! Documents that never were and photographs that nobody took: drawn in code, for tests, the lab and the table of rates.
//!
//! The state is UTO, the specimen state of ICAO 9303; the bearers are invented; SPECIMEN is written across; no issuer's design is
//! followed. Sizes are those of ICAO 9303 parts 4 to 6 and of ISO/IEC 7810. Same seed, same picture. Written without looking at what reads
//! them: check digits are computed here anew, and the barcode comes from the library's own encoder.

mod canvas;
mod card;
mod chance;
mod paper;
mod photo;
mod zone;

pub use canvas::Canvas;
pub use card::{Licence, barcode};
pub use chance::Chance;
pub use paper::{Side, draw};
pub use photo::{Level, Shot};
pub use zone::{Bearer, Format, lines};
