//! Who issues North American cards, by the number that AAMVA gives them (its list of issuer identification numbers, read November 2026).

use serde::{Deserialize, Serialize};

/// Which country's rules a card follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Country {
    /// `USA`; dates are written MMDDCCYY.
    UnitedStates,
    /// `CAN`; dates are written CCYYMMDD.
    Canada,
}

impl Country {
    /// As cards write it in DCG, and as ICAO 9303 does.
    pub fn code(self) -> &'static str {
        match self {
            Self::UnitedStates => "USA",
            Self::Canada => "CAN",
        }
    }
}

/// A state, territory or province that issues cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Its number.
    pub number: u32,
    /// Its two letters; empty of the State Department, whose cards show the state where the bearer lives.
    pub state: &'static str,
    /// Its country.
    pub country: Country,
}

/// The issuer of a number; an unknown number is a signal, for new ones are given out.
pub fn issuer(number: &str) -> Option<&'static Issuer> {
    let number: u32 = number.parse().ok()?;
    ISSUERS.iter().find(|issuer| issuer.number == number)
}

const fn us(number: u32, state: &'static str) -> Issuer {
    Issuer {
        number,
        state,
        country: Country::UnitedStates,
    }
}

const fn ca(number: u32, state: &'static str) -> Issuer {
    Issuer {
        number,
        state,
        country: Country::Canada,
    }
}

#[rustfmt::skip]
static ISSUERS: [Issuer; 69] = [
    ca(604_426, "PE"), us(604_427, "AS"), ca(604_428, "QC"), ca(604_429, "YT"), us(604_430, "MP"), us(604_431, "PR"),
    ca(604_432, "AB"), ca(604_433, "NU"), us(636_000, "VA"), us(636_001, "NY"), us(636_002, "MA"), us(636_003, "MD"),
    us(636_004, "NC"), us(636_005, "SC"), us(636_006, "CT"), us(636_007, "LA"), us(636_008, "MT"), us(636_009, "NM"),
    us(636_010, "FL"), us(636_011, "DE"), ca(636_012, "ON"), ca(636_013, "NS"), us(636_014, "CA"), us(636_015, "TX"),
    ca(636_016, "NL"), ca(636_017, "NB"), us(636_018, "IA"), us(636_019, "GU"), us(636_020, "CO"), us(636_021, "AR"),
    us(636_022, "KS"), us(636_023, "OH"), us(636_024, "VT"), us(636_025, "PA"), us(636_026, "AZ"), us(636_027, ""),
    ca(636_028, "BC"), us(636_029, "OR"), us(636_030, "MO"), us(636_031, "WI"), us(636_032, "MI"), us(636_033, "AL"),
    us(636_034, "ND"), us(636_035, "IL"), us(636_036, "NJ"), us(636_037, "IN"), us(636_038, "MN"), us(636_039, "NH"),
    us(636_040, "UT"), us(636_041, "ME"), us(636_042, "SD"), us(636_043, "DC"), ca(636_044, "SK"), us(636_045, "WA"),
    us(636_046, "KY"), us(636_047, "HI"), ca(636_048, "MB"), us(636_049, "NV"), us(636_050, "ID"), us(636_051, "MS"),
    us(636_052, "RI"), us(636_053, "TN"), us(636_054, "NE"), us(636_055, "GA"), us(636_058, "OK"), us(636_059, "AK"),
    us(636_060, "WY"), us(636_061, "WV"), us(636_062, "VI"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lead_to_their_states() {
        let state = |number: &str| issuer(number).map(|issuer| (issuer.state, issuer.country.code()));
        assert_eq!(state("636014"), Some(("CA", "USA")));
        assert_eq!(state("636012"), Some(("ON", "CAN")));
        assert_eq!(state("636027"), Some(("", "USA")));
        assert_eq!(state("123456"), None);
        assert_eq!(state("63601x"), None);
    }

    #[test]
    fn no_number_and_no_state_is_there_twice() {
        for (index, issuer) in ISSUERS.iter().enumerate() {
            let rest = &ISSUERS[index + 1..];
            assert!(
                rest.iter()
                    .all(|other| other.number != issuer.number && other.state != issuer.state),
                "{issuer:?}"
            );
        }
    }
}
