//! How long to wait when Duo asks to slow down.
//!
//! Follows the back-off of the official clients (August 2026): one second, doubled each time up to 32, and up to one more
//! at random; after the seventh request the refusal stands. Duo names no quota and no `Retry-After`, so a person who
//! waits is told earlier: the whole of it is bounded. Only what may be repeated is repeated; that is for `client.rs`.

use std::time::Duration;

/// The pauses of one request, in units of the first.
const PAUSES: [u32; 6] = [1, 2, 4, 8, 16, 32];

/// How patient a client is.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// The first pause, and the longest random part.
    pub first: Duration,
    /// All pauses of one request together.
    pub total: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            // Half of what one request may take: a person waits.
            total: Duration::from_secs(5),
        }
    }
}

impl Patience {
    /// The pause before the repeat that follows refusal number `refusals` (from 0); `chance` lies between 0 and 1.
    pub(crate) fn pause(self, refusals: usize, chance: f64) -> Option<Duration> {
        let pause = PAUSES.get(refusals)?;
        Some(self.first * *pause + self.first.mul_f64(chance.clamp(0.0, 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_are_those_of_the_official_clients() {
        let patience = Patience::default();
        let pauses: Vec<u128> = (0..)
            .map_while(|refusals| patience.pause(refusals, 0.123))
            .map(|pause| pause.as_millis())
            .collect();
        // Six pauses, seven requests.
        assert_eq!(pauses, [1_123, 2_123, 4_123, 8_123, 16_123, 32_123]);
    }
}
