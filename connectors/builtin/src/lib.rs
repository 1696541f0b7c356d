//! What pictures of documents and faces say: the reading half of the built-in verifier.
//!
//! Pure: bytes in, findings out. No network, no clock, no storage; the gateway holds sessions, evidence and decisions.

pub mod aamva;
pub mod barcode;
pub mod challenge;
pub mod document;
pub mod error;
pub mod exif;
pub mod face;
mod font;
pub mod glance;
mod guard;
pub mod intake;
mod line;
pub mod model;
pub mod mrz;
mod number;
pub mod quality;
pub mod raster;
pub mod recapture;
pub mod replay;
#[cfg(feature = "specimen")]
pub mod specimen;
pub mod watermark;
pub mod zone;

pub use error::Error;
pub use face::Faces;
pub use intake::Picture;
pub use model::Models;
