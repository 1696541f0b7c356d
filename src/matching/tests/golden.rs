//! Pairs of a directory's name and a document's, by what they show. The people are invented.

use super::{Field, Finding, PRESETS, Preset, Verdict, account, compare, compared, date, found, name, person};

const E: Finding = Finding::Equal;
const Q: Finding = Finding::Equivalent;
const X: Finding = Finding::Differs;
const D: Finding = Finding::MissingInDirectory;
const P: Finding = Finding::MissingInProof;

/// Directory, proof, finding on the given name, finding on the family name.
type Pair = (&'static str, &'static str, Finding, Finding);

const FOLDED: &[Pair] = &[
    ("Ada / Kerr", "ADA / KERR", E, E),
    ("ada / kerr", "Ada / Kerr", E, E),
    ("  Ada  / Kerr ", "ADA / KERR", E, E),
    ("Zoë / Brontë-Hale", "ZOE / BRONTE HALE", E, E),
    ("José / Núñez", "JOSE / NUNEZ", E, E),
    ("François / Lefèvre", "FRANCOIS / LEFEVRE", E, E),
    ("Łukasz / Żółtowski", "LUKASZ / ZOLTOWSKI", E, E),
    ("Jiří / Dvořáček", "JIRI / DVORACEK", E, E),
    ("Ștefan / Țepuș", "STEFAN / TEPUS", E, E),
    ("Işıl / Yıldırım", "ISIL / YILDIRIM", E, E),
    ("İbrahim / Çağlar", "IBRAHIM / CAGLAR", E, E),
    ("Đorđe / Šarić", "DORDE / SARIC", E, E),
    ("Nguyễn Thị / Trần", "NGUYEN THI / TRAN", E, E),
    ("Văn Đức / Lê", "VAN DUC / LE", E, E),
    ("João / Conceição", "JOAO / CONCEICAO", E, E),
    ("Siân / Ŵyn", "SIAN / WYN", E, E),
    ("Séamus / Ó Dálaigh", "SEAMUS / O DALAIGH", E, E),
    ("Laura / Gal·la", "LAURA / GALLA", E, E),
    ("Ａｄａ / Ｋｅｒｒ", "ADA / KERR", E, E),
    ("Zoe\u{308} / Kerr", "Zoë / KERR", E, E),
    ("Ümit / Öz", "UMIT / OZ", E, E),
    ("Bjørn / Sæther", "BJORN / SAETHER", E, E),
    ("Groß / Weiß", "GROSS / WEISS", E, E),
];

const SPELLED_BY_ICAO: &[Pair] = &[
    ("Jürgen / Müller", "JUERGEN / MUELLER", Q, Q),
    ("Jürgen / Müller", "JURGEN / MULLER", E, E),
    ("Jürgen / Müller", "JUERGEN / MULLER", Q, E),
    ("Jürgen / Müller", "JUXXRGEN / MUXXLLER", Q, Q),
    ("Juergen / Mueller", "JÜRGEN / MÜLLER", Q, Q),
    ("Jörg / Schäfer-Böhm", "JOERG / SCHAEFER BOEHM", Q, Q),
    ("Götz / Grün-Süß", "GOETZ / GRUENSUESS", Q, Q),
    ("Åse / Ångström", "AASE / AANGSTROEM", Q, Q),
    ("Åse / Ångström", "ASE / ANGSTROEM", E, Q),
    ("Søren / Ærø", "SOEREN / AEROE", Q, Q),
    ("Søren / Kjær", "SØREN / KJÆR", E, E),
    ("Þóra / Guðmundsdóttir", "THORA / GUDMUNDSDOTTIR", E, E),
    ("Begoña / Ibáñez", "BEGONXXA / IBANXXEZ", Q, Q),
    ("Œdipe / Lacœur", "OEDIPE / LACOEUR", E, E),
    ("Əli / Həsənov", "ALI / HASANOV", E, E),
];

const CYRILLIC: &[Pair] = &[
    ("Анна / Щербакова", "ANNA / SHCHERBAKOVA", Q, Q),
    ("Юлия / Хрущёва", "IULIIA / KHRUSHCHEVA", Q, Q),
    ("Фёдор / Цветаев", "FEDOR / TSVETAEV", Q, Q),
    ("Фёдор / Соловьёв", "ФЕДОР / СОЛОВЬЕВ", E, E),
    ("Игорь / Подъячев", "IGOR / PODIEIACHEV", Q, Q),
    ("Наталья / Жданова", "NATALIA / ZHDANOVA", Q, Q),
    ("Олександр / Гриценко", "OLEKSANDR / HRYTSENKO", Q, Q),
    ("Єва / Їжак", "YEVA / YIZHAK", Q, Q),
    ("Марыя / Бабровіч", "MARYIA / BABROVICH", Q, Q),
    ("Георги / Щерев", "GEORGI / SHTEREV", Q, Q),
    ("Юлия / Въчева", "YULIYA / VACHEVA", Q, Q),
    ("Љубица / Њагул", "LJUBICA / NJAGUL", Q, Q),
    ("Живко / Чолић", "ZIVKO / COLIC", Q, Q),
    ("Ѓорѓи / Ќосев", "GJORGJI / KJOSEV", Q, Q),
    ("Anna / Petrova", "АННА / ПЕТРОВА", Q, Q),
    ("Иван / Гарин", "ИВАН / ХАРИН", E, X),
    ("Ива / Гарин", "ИВА / ГАРИН", E, E),
    ("Илья / Жуков", "ИЛЬЯ / ЗУКОВ", E, X),
    ("Иван / Петров", "IVAN / PETROVA", Q, X),
    ("Анна / Петрова", "INNA / PETROVA", X, Q),
];

const GREEK: &[Pair] = &[
    ("Γιώργος / Παπαδόπουλος", "GIORGOS / PAPADOPOULOS", Q, Q),
    ("Ευαγγελία / Χατζή", "EVANGELIA / CHATZI", Q, Q),
    ("Παύλος / Μπέλλος", "PAVLOS / BELLOS", Q, Q),
    ("Ελευθερία / Ξυδά", "ELEFTHERIA / XYDA", Q, Q),
    ("Λάμπρος / Ψαρρός", "LAMPROS / PSARROS", Q, Q),
    ("Γιώργος / Ντούρος", "ΓΙΩΡΓΟΣ / ΝΤΟΥΡΟΣ", E, E),
    ("Άννα / Κουρή", "ANNA / KOURI", Q, Q),
    ("Νίκος / Κουρής", "NIKI / KOURIS", X, Q),
    ("Ηρώ / Ύδρα", "ΙΡΩ / ΥΔΡΑ", X, E),
];

const OTHER_SCRIPTS: &[Pair] = &[
    ("太郎 / 山田", "太郎 / 山田", E, E),
    ("太郎 / 山田", "次郎 / 山田", X, E),
    ("太郎 / 山田", "TARO / YAMADA", P, P),
    ("Taro / Yamada", "太郎 / 山田", P, P),
    ("タロウ / ヤマダ", "ﾀﾛｳ / ﾔﾏﾀﾞ", E, E),
    ("はな / かき", "はな / かぎ", E, X),
    ("민준 / 김", "민준 / 김", E, E),
    ("민준 / 김", "민지 / 김", X, E),
    ("伟 / 王", "伟 / 汪", E, X),
    ("أحمد / الراشد", "احمد / الراشد", E, E),
    ("مُحَمَّد / الحاج", "محمد / الحاج", E, E),
    ("علی / کریمی", "علي / كريمي", E, E),
    ("أحمد / الراشد", "محمود / الراشد", X, E),
    ("משה / כהן־לוי", "משה / כהן לוי", E, E),
    ("कमल / वर्मा", "कमला / वर्मा", X, E),
    ("ნინო / ბერიძე", "ნინო / ბერიძე", E, E),
    ("สมชาย / ใจดี", "สมชาย / ใจดี", E, E),
];

const PUNCTUATED: &[Pair] = &[
    ("Sinéad / O'Brien", "SINEAD / OBRIEN", E, E),
    ("Sinéad / O’Brien", "SINEAD / O BRIEN", E, E),
    ("Sinéad / O´Brien", "SINEAD / O'BRIEN", E, E),
    ("Leilani / Kaʻanoʻi", "LEILANI / KAANOI", E, E),
    ("Jean-Pierre / Roux", "JEAN PIERRE / ROUX", E, E),
    ("Jean Pierre / Roux", "JEAN-PIERRE / ROUX", E, E),
    ("Annamaria / Rossi", "ANNA MARIA / ROSSI", E, E),
    ("Anna / Smith-Jones", "ANNA / SMITH JONES", E, E),
    ("Min-jun / Kim", "MINJUN / KIM", E, E),
    ("Xiao Ming / Ou-yang", "XIAOMING / OUYANG", E, E),
    ("Anna / St. John", "ANNA / ST JOHN", E, E),
    ("Anna / MacLeod", "ANNA / MAC LEOD", E, E),
    ("Anna / Smith‐Jones", "ANNA<< / SMITH<JONES<<<", E, E),
    ("D'Angelo / De'Ath", "DANGELO / DEATH", E, E),
    ("D / Ohm", "D´ANGELO / OHM", X, E),
];

const GIVEN_NAMES: &[Pair] = &[
    ("Anna / Ohm", "ANNA MARIA / OHM", Q, E),
    ("Anna / Ohm", "ANNA + MARIA / OHM", Q, E),
    ("Anna Maria / Ohm", "ANNA + MARIA / OHM", E, E),
    ("Anna + Maria / Ohm", "ANNA MARIA / OHM", E, E),
    ("Anna + Maria / Ohm", "ANNA / OHM", E, E),
    ("Anna + Maria / Ohm", "ANNA + MARIA SOFIA / OHM", Q, E),
    ("Anna Maria / Ohm", "ANNA MARIA SOFIA / OHM", Q, E),
    ("Annamaria / Ohm", "ANNA MARIA SOFIA / OHM", Q, E),
    ("Anna M. / Ohm", "ANNA MARIA / OHM", Q, E),
    ("Anna + M / Ohm", "ANNA + MARIA / OHM", Q, E),
    ("Anna + Maria / Ohm", "ANNA + M / OHM", Q, E),
    ("Jürgen / Ohm", "JUERGEN KARL / OHM", Q, E),
    ("Mohammed / Haddad", "MOHAMMED AHMED ALI / HADDAD", Q, E),
    ("Иван / Орлов", "IVAN PETROVICH / ORLOV", Q, Q),
    ("J / Ohm", "J ROBERT / OHM", Q, E),
    ("Jean-Pierre / Roux", "JEAN-PIERRE MARIE / ROUX", Q, E),
    ("Anna / Ohm", "HANNA / OHM", X, E),
    ("Anna / Ohm", "ANNE / OHM", X, E),
    ("Ann / Ohm", "ANNA / OHM", X, E),
    ("Maria / Ohm", "ANNA MARIA / OHM", X, E),
    ("Anna Maria / Ohm", "ANNA / OHM", X, E),
    ("Anna Maria / Ohm", "MARIA ANNA / OHM", X, E),
    ("Anna Maria / Ohm", "ANNA SOFIA / OHM", X, E),
    ("Anna + Maria / Ohm", "ANNA + SOFIA / OHM", X, E),
    ("Anna M. / Ohm", "ANNA SOFIA / OHM", X, E),
    ("Anna M. / Ohm", "ANNA / OHM", X, E),
    ("J. / Ohm", "JOHANN / OHM", X, E),
    ("Johann / Ohm", "J / OHM", X, E),
    ("Jean / Roux", "JEAN-PIERRE / ROUX", X, E),
    ("Jean-Paul / Roux", "JEAN-PIERRE / ROUX", X, E),
    ("Bill / Kerr", "WILLIAM / KERR", X, E),
    ("Jon / Kerr", "JOHN / KERR", X, E),
    ("Juergen / Ohm", "JURGEN / OHM", X, E),
    ("Mario / Rossi", "MARIA / ROSSI", X, E),
];

const FAMILY_NAMES: &[Pair] = &[
    ("Gabriel / García", "GABRIEL / GARCIA MONTES", E, Q),
    ("Gabriel / García Montes", "GABRIEL / GARCIA MONTES", E, E),
    ("Gabriel / García-Montes", "GABRIEL / GARCIA MONTES", E, E),
    ("Ana / de la Cruz", "ANA / DE LA CRUZ GOMEZ", E, Q),
    ("Ana / Cruz", "ANA / DE LA CRUZ GOMEZ", E, Q),
    ("José / Ortega", "JOSE / ORTEGA Y GASSA", E, Q),
    ("José / Ortega Gassa", "JOSE / ORTEGA Y GASSA", E, Q),
    ("Gabriel / Montes", "GABRIEL / GARCIA MONTES", E, X),
    ("Gabriel / García Montes", "GABRIEL / GARCIA", E, X),
    ("Gabriel / García Montes", "GABRIEL / MONTES GARCIA", E, X),
    ("Gabriel / García", "GABRIEL / GARCIA MONTES VEGA", E, X),
    ("Gabriel / García", "GABRIEL / GARCIA-MONTES", E, X),
    ("Gabriel / García Vega", "GABRIEL / GARCIA MONTES", E, X),
    ("João / Pereira", "JOAO / SILVA PEREIRA", E, X),
    ("Anna / Smith", "ANNA / SMYTH", E, X),
    ("Anna / Smith", "ANNA / SMITHSON", E, X),
    ("Anna / Jones", "ANNA / SMITH-JONES", E, X),
    ("Anna / Nováková", "ANNA / NOVAK", E, X),
    ("Anna / Mueller", "ANNA / MULLER", E, X),
    ("Wei / Wang", "WEI / WONG", E, X),
    ("Wei / Li", "WEI / LIN", E, X),
];

const PARTICLES: &[Pair] = &[
    ("Jan / van den Berg", "JAN / VAN DEN BERG", E, E),
    ("Jan / Vandenberg", "JAN / VAN DEN BERG", E, E),
    ("Jan / Berg", "JAN / VAN DEN BERG", E, Q),
    ("Jan / Berg, van den", "JAN / VAN DEN BERG", E, Q),
    ("Jan / van 't Hof", "JAN / VAN T HOF", E, E),
    ("Jan / Hof", "JAN / VAN 'T HOF", E, Q),
    ("Karl / von Thal", "KARL / THAL", E, Q),
    ("Karl / von und zu Thal", "KARL / THAL", E, Q),
    ("Maria / Silva", "MARIA / DA SILVA", E, Q),
    ("Maria / dos Santos", "MARIA / SANTOS", E, Q),
    ("Ahmed / Al-Rashid", "AHMED / ALRASHID", E, E),
    ("Ahmed / El Rashid", "AHMED / AL RASHID", E, Q),
    ("Ahmed / Rashid", "AHMED / AL-RASHID", E, Q),
    ("Aisyah / bin Osman", "AISYAH / IBN OSMAN", E, Q),
    ("Aisyah / Osman", "AISYAH / BINTI OSMAN", E, Q),
    ("Thi / Le", "THI / LE PHAN", E, Q),
    ("Amit / De", "AMIT / DE", E, E),
    ("Jan / van den Berg", "JAN / VAN DER BERG", E, X),
    ("Maria / de Silva", "MARIA / DA SILVA", E, X),
    ("Jan / Berg", "JAN / VAN DEN BERGH", E, X),
    ("Amit / Kumar", "AMIT / KUMAR DE DAS", E, Q),
    ("Amit / Das", "AMIT / DASGUPTA", E, X),
    ("Amit / Gupta", "AMIT / DAS GUPTA", E, X),
    ("Luc / Roux", "LUC / LE ROUX", E, X),
    ("Thi / Nguyen", "THI / NGUYEN VAN", E, X),
    ("Ana / de", "ANA / DE LA CRUZ", E, X),
    ("Aisyah / bin Osman", "AISYAH / BINTI OSMAN", E, X),
];

const SUFFIXES: &[Pair] = &[
    ("Bo / Lind | Jr.", "BO / LIND | JR", E, E),
    ("Bo / Lind", "BO / LIND | JR", E, Q),
    ("Bo / Lind Jr", "BO / LIND", E, Q),
    ("Bo / Lind, Jr.", "BO / LIND JR", E, E),
    ("Bo / Lind | III", "BO / LIND III", E, E),
    ("Bo / Lind", "BO JR / LIND", E, Q),
    ("Bo / Lind | PhD", "BO / LIND", E, E),
    ("Dr. Bo / Lind", "BO / DR. LIND", E, E),
    ("Bo / Lind | Jr", "BO / LIND | SR", E, X),
    ("Bo / Lind II", "BO / LIND III", E, X),
    ("Bo / Lind Jr", "BO / LUND JR", E, X),
    ("Bo / Junior", "BO / JUNIOR", E, E),
    ("Bo / Junior", "BO / SENIOR", E, X),
];

const CUT_OFF: &[Pair] = &[
    (
        "Ada / Wolkenschlagersteinhausenberg",
        "ADA / WOLKENSCHLAGERSTEINHAU",
        E,
        Q,
    ),
    ("Ada / Müllerschlegelsteinhausen", "ADA / MUELLERSCHLEGELSTEINHA", E, Q),
    (
        "Maximiliane Friederike Charlotte / Ohm",
        "MAXIMILIANE FRIEDERIKE CHA / OHM",
        Q,
        E,
    ),
    (
        "Ada / Ratnayakemudiyanselage Perera",
        "ADA / RATNAYAKEMUDIYANSELAGE P",
        E,
        Q,
    ),
    ("Ada / Wolkenschlagerstein", "ADA / WOLKENSCHLAGER", E, X),
    (
        "Ada / Wolkenschlagersteinhausenberg",
        "ADA / WOLKENSCHLAGERSTEINHOF",
        E,
        X,
    ),
    (
        "Ada / Wolkenschlagersteinhau",
        "ADA / WOLKENSCHLAGERSTEINHAUSENBERG",
        E,
        X,
    ),
];

const ORDERED_OTHERWISE: &[Pair] = &[
    ("Nagy / Anna", "ANNA / NAGY", X, X),
    ("Wang / Wei", "WEI / WANG", X, X),
    ("Juan Carlos / Vega", "JUAN / CARLOS VEGA", X, X),
    ("Anna / Anna", "ANNA / ANNA", E, E),
    ("Ada Kerr / Kerr", "ADA / KERR", X, E),
];

const MISSING: &[Pair] = &[
    ("/ Kerr", "ADA / KERR", D, E),
    ("Ada /", "ADA / KERR", E, D),
    ("Ada / Kerr", "/ KERR", P, E),
    ("Ada / Kerr", "ADA /", E, P),
    ("Ada / Kerr", "/", P, P),
    ("/", "/", D, D),
    ("- / Kerr", "ADA / KERR", D, E),
    ("Wibowo /", "/ WIBOWO", P, D),
    ("Ada / Kerr", "FNU / KERR", P, E),
    ("Ada / Kerr", "ADA / LNU", E, P),
    ("/ Kerr", "ADA / KARR", D, X),
    ("Ada / Kerr", "+ ADA / KERR", P, E),
];

const TABLE: &[(&str, &[Pair])] = &[
    ("folded", FOLDED),
    ("spelled by ICAO", SPELLED_BY_ICAO),
    ("Cyrillic", CYRILLIC),
    ("Greek", GREEK),
    ("other scripts", OTHER_SCRIPTS),
    ("punctuated", PUNCTUATED),
    ("given names", GIVEN_NAMES),
    ("family names", FAMILY_NAMES),
    ("particles", PARTICLES),
    ("suffixes", SUFFIXES),
    ("cut off", CUT_OFF),
    ("ordered otherwise", ORDERED_OTHERWISE),
    ("missing", MISSING),
];

fn pairs() -> impl Iterator<Item = &'static Pair> {
    TABLE.iter().flat_map(|(_, pairs)| *pairs)
}

#[test]
fn every_pair_of_the_table_is_found_as_written() {
    let mut wrong = Vec::new();
    for (topic, pairs) in TABLE {
        for (directory, proof, given, family) in *pairs {
            let explanation = compared(directory, proof);
            let [ours, theirs] = [Field::GivenName, Field::FamilyName].map(|field| found(&explanation, field));
            if (ours.0, theirs.0) != (*given, *family) {
                wrong.push(format!("{topic}: {directory} against {proof}: {ours:?}, {theirs:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(pairs().count() >= 150, "the table has {} pairs", pairs().count());
}

#[test]
fn verdicts_follow_from_findings_in_every_preset() {
    let born = Some(date("1990-05-17"));
    for (directory, proof, given, family) in pairs() {
        let wanted = match [*given, *family] {
            findings if findings.contains(&X) => Verdict::Mismatch,
            findings if findings.contains(&D) || findings.contains(&P) => Verdict::Review,
            _ => Verdict::Match,
        };
        for preset in PRESETS {
            let verdict = |ours, theirs| {
                compare(preset, &account(name(directory), ours), &person(name(proof), theirs), 0).verdict
            };
            assert_eq!(verdict(born, born), wanted, "{directory} against {proof}");
            let wrong = verdict(born, Some(date("1990-05-18")));
            assert_eq!(wrong, Verdict::Mismatch, "{directory} against {proof}");
            let without = if wanted == Verdict::Match {
                Verdict::Review
            } else {
                wanted
            };
            assert_eq!(verdict(None, born), without, "{directory} against {proof}");
        }
    }
}

#[test]
fn equal_names_are_equal_in_both_directions() {
    for (directory, proof, given, family) in pairs().filter(|pair| (pair.2, pair.3) == (E, E)) {
        // A middle name that only one side keeps apart is the one thing that is not the same seen from the other side.
        if directory.contains('+') || proof.contains('+') {
            continue;
        }
        let back = compared(proof, directory);
        let findings = (found(&back, Field::GivenName).0, found(&back, Field::FamilyName).0);
        assert_eq!(findings, (*given, *family), "{proof} against {directory}");
    }
}

#[test]
fn the_count_of_namesakes_changes_no_verdict_where_dates_of_birth_were_compared() {
    let born = Some(date("1990-05-17"));
    for (directory, proof, ..) in pairs() {
        let verdict = |preset: Preset, namesakes| {
            compare(
                preset,
                &account(name(directory), born),
                &person(name(proof), born),
                namesakes,
            )
            .verdict
        };
        for preset in PRESETS {
            assert_eq!(verdict(preset, 0), verdict(preset, 3), "{directory} against {proof}");
        }
    }
}
