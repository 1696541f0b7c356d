//! What can fail besides the picture itself: the models, and nothing else. What a picture lacks is a finding, not an error.

use crate::model::File;

/// Why no reading could be made at all; an operator has to mend it. Texts hold no personal datum.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A model file is not what this version was made for, or cannot be used.
    #[error("the model {file} cannot be used")]
    Model {
        /// Which one.
        file: File,
        /// What is wrong with it.
        #[source]
        fault: crate::model::Fault,
    },
}
