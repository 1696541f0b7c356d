//! Handing over to a phone: a code that is good once and for five minutes, two words that both screens show, and a cookie that
//! is worth something only while the case's own browser says so.

use std::time::Duration;

use rand::RngExt;
use secrecy::SecretString;

use super::state::Phone;
use super::word::{Hand, Handed, Offer, Place, Session};
use super::{Builtin, Error};
use crate::crypto::token::{Digest, Token};
use crate::store::{CaptureChange, CaptureWay, Error as StoreError};

/// Long enough to find the phone and its camera, short enough that a code seen over a shoulder is worth little.
const GOOD_FOR: Duration = Duration::from_secs(300);
/// Crockford's letters: none is taken for another when it is typed.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Fifty bits: with five minutes and limits per address, nobody guesses one.
const LENGTH: usize = 10;
/// Short, plain and far apart in sound; two of them make four thousand pairs, of which an impostor shows the right one by luck only.
const WORDS: [&str; 64] = [
    "amber", "anchor", "apple", "arrow", "autumn", "basket", "beach", "bell", "bridge", "butter", "candle", "castle",
    "cherry", "cloud", "copper", "coral", "daisy", "desert", "dolphin", "eagle", "ember", "falcon", "feather",
    "forest", "garden", "ginger", "glacier", "guitar", "hammer", "harbour", "honey", "island", "ivory", "jungle",
    "kettle", "ladder", "lemon", "lion", "maple", "meadow", "mirror", "monkey", "needle", "ocean", "olive", "orange",
    "paper", "pencil", "pepper", "piano", "planet", "purple", "rabbit", "river", "rocket", "saddle", "silver",
    "summer", "thunder", "tiger", "velvet", "violin", "window", "yellow",
];

impl Builtin {
    /// A code by which a phone may take over: ten letters, good for five minutes and once. The one before ends, and with it what a
    /// phone was given by it.
    pub async fn offer_phone(&self, session: &Session) -> Result<String, Error> {
        let code = code();
        let digest = self.code_digest(&code);
        let until = self.now().plus(GOOD_FOR).min(session.until);
        self.own(session, |state| {
            state.hand = Hand::Own;
            state.phone = Some(Phone {
                offer: Offer::Open { until },
            });
            Ok(CaptureChange {
                drop_ways: vec![CaptureWay::Code, CaptureWay::Phone],
                way: Some((CaptureWay::Code, digest, until)),
                ..CaptureChange::default()
            })
        })
        .await?;
        let (one, other) = code.split_at_checked(LENGTH / 2).unwrap_or((&code, ""));
        Ok(format!("{one}-{other}"))
    }

    /// Whether a code is good. Uses nothing up.
    pub async fn peek_phone(&self, code: &str) -> Result<bool, Error> {
        let digest = self.code_digest(code);
        let found = self.0.store.capture_by(CaptureWay::Code, &digest, self.now()).await?;
        Ok(found.is_some_and(|capture| !capture.decided && capture.until > self.now()))
    }

    /// Uses a code up. The phone can do nothing before the other screen confirms it.
    pub async fn open_on_phone(&self, code: &str, agent: &str) -> Result<Handed, Error> {
        let (now, digest) = (self.now(), self.code_digest(code));
        let found = self.0.store.capture_by(CaptureWay::Code, &digest, now).await?;
        let capture = found.ok_or(Error::Gone)?;
        let (token, words) = (Token::random(), words());
        let opened = self
            .change(&capture.id, |state| {
                if state.place == Place::Done {
                    return Err(Error::Gone);
                }
                state.phone = Some(Phone {
                    offer: Offer::Opened {
                        words: words.clone(),
                        until: capture.until,
                    },
                });
                state.agents.push((Hand::Phone, Digest::of("agent", agent.as_bytes())));
                let change = CaptureChange {
                    uses: Some((CaptureWay::Code, digest, now)),
                    drop_ways: vec![CaptureWay::Code, CaptureWay::Phone],
                    way: Some((CaptureWay::Phone, token.digest(), capture.until)),
                    ..CaptureChange::default()
                };
                Ok((change, ()))
            })
            .await;
        match opened {
            Ok(_) => Ok(Handed {
                token: SecretString::from(token.text()),
                words,
                until: capture.until,
            }),
            // Somebody else was quicker.
            Err(Error::Store(StoreError::Missing)) => Err(Error::Gone),
            Err(error) => Err(error),
        }
    }

    /// The session that a phone's cookie leads to, confirmed or not.
    pub async fn session_of_phone(&self, token: &str) -> Result<Session, Error> {
        let token = Token::parse(token).ok_or(Error::Gone)?;
        let digest = token.digest();
        let found = self.0.store.capture_by(CaptureWay::Phone, &digest, self.now()).await?;
        let (capture, state) = self.opened(found)?;
        Ok(state.session(&capture, Hand::Phone))
    }

    /// The case's own browser says whether the phone is the person's.
    pub async fn confirm_phone(&self, session: &Session, yes: bool) -> Result<Session, Error> {
        self.own(session, |state| {
            let opened = matches!(&state.phone, Some(phone) if matches!(phone.offer, Offer::Opened { .. }));
            if !opened {
                return Err(Error::Elsewhere);
            }
            if yes {
                state.hand = Hand::Phone;
                state.phone = Some(Phone {
                    offer: Offer::Confirmed,
                });
                return Ok(CaptureChange::default());
            }
            state.phone = None;
            Ok(no_more_phones())
        })
        .await
    }

    /// The case's own browser goes on itself. The phone's cookie is worth nothing from then on.
    pub async fn take_back(&self, session: &Session) -> Result<Session, Error> {
        self.own(session, |state| {
            (state.hand, state.phone) = (Hand::Own, None);
            Ok(no_more_phones())
        })
        .await
    }

    /// What only the case's own browser may do, whoever takes the pictures now.
    async fn own(
        &self,
        session: &Session,
        edit: impl Fn(&mut super::state::State) -> Result<CaptureChange, Error>,
    ) -> Result<Session, Error> {
        if session.by != Hand::Own {
            return Err(Error::Elsewhere);
        }
        let (capture, state, ()) = self
            .change(&session.id, |state| {
                if state.place == Place::Done {
                    return Err(Error::Elsewhere);
                }
                Ok((edit(state)?, ()))
            })
            .await?;
        Ok(state.session(&capture, Hand::Own))
    }

    fn code_digest(&self, code: &str) -> Digest {
        self.0.digests.digest("capture code", plain(code).as_bytes())
    }
}

fn no_more_phones() -> CaptureChange {
    CaptureChange {
        drop_ways: vec![CaptureWay::Code, CaptureWay::Phone],
        ..CaptureChange::default()
    }
}

fn code() -> String {
    let mut random = rand::rng();
    let letter = |_| {
        let at = random.random_range(0..LETTERS.len());
        LETTERS.get(at).copied().map_or('0', char::from)
    };
    (0..LENGTH).map(letter).collect()
}

/// As it was made, however it was typed: Crockford reads O as 0, I and L as 1.
fn plain(code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric).take(2 * LENGTH);
    letters
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            letter => letter,
        })
        .collect()
}

fn words() -> [String; 2] {
    let mut random = rand::rng();
    let first = random.random_range(0..WORDS.len());
    // Never the same twice: that would read like a fault.
    let second = (first + random.random_range(1..WORDS.len())) % WORDS.len();
    [first, second].map(|at| WORDS.get(at).copied().unwrap_or("amber").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        assert_eq!(plain("7kqm2-rtbx9"), "7KQM2RTBX9");
        assert_eq!(plain(" oil0 1-7K"), "0110".to_owned() + "17K");
        let code = code();
        assert_eq!(code.len(), LENGTH);
        assert_eq!(plain(&code), code);
    }

    #[test]
    fn two_words_are_never_one() {
        for _ in 0..500 {
            let [one, other] = words();
            assert_ne!(one, other);
        }
    }
}
