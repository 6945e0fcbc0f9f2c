//! The customers of the demo data that nothing else relies on: they fill the pages of each demo reseller. Their names are of all kinds,
//! long ones and such in other scripts and directions among them, because those are what a page has to cope with.

/// How many of them a reseller has.
pub(crate) const CUSTOMERS: usize = 29;

/// Name, address, phone number, whether it is active, and how many hours of speech it has at most on a day on which it uses anything.
pub(crate) type DemoCustomer = (&'static str, &'static str, &'static str, bool, u64);

/// The customers of each demo reseller, in the order of their creation.
pub(crate) const OF_RESELLERS: [[DemoCustomer; CUSTOMERS]; 2] = [
    [
        ("Acorn & Oak Solicitors", "office@acorn-oak.example", "+44 20 7946 0101", true, 0),
        ("Ærø Færge A/S", "kontor@aeroe-faerge.example", "+45 70 10 10 01", true, 0),
        ("Atelier Beauséjour", "bonjour@beausejour.example", "+33 1 70 18 00 02", true, 3),
        ("Banco Águila del Sur", "contacto@aguila-sur.example", "+34 910 05 00 03", true, 0),
        ("Blue Lantern Radio", "studio@blue-lantern.example", "+31 20 900 0004", true, 6),
        ("Český rozhlas Vltava", "podatelna@vltava.example", "+420 221 550 005", false, 0),
        ("Gemeinde Straßdorf an der Ems", "rathaus@strassdorf.example", "+49 30 23125 006", true, 2),
        (
            "Het Grote Interviewarchief van de Koninklijke Vereniging voor Mondelinge Geschiedenis en Volksverhalen te ’s-Hertogenbosch",
            "archief@mondelinge-geschiedenis.example",
            "+31 73 900 0007",
            true,
            4,
        ),
        ("İstanbul Çeviri Bürosu", "bilgi@ceviri.example", "+90 212 900 0008", true, 0),
        ("Kjølhamar Kommune", "post@kjolhamar.example", "+47 22 00 00 09", false, 0),
        ("Lighthouse Court Reporting", "desk@lighthouse-court.example", "+1 202 555 0110", true, 5),
        ("Łódź Nagrania sp. z o.o.", "biuro@lodz-nagrania.example", "+48 42 205 0011", true, 0),
        ("Móntañez & Hijos", "", "+34 910 05 00 12", true, 0),
        ("Nguyễn Media", "xinchao@nguyen-media.example", "+84 24 7300 0013", true, 1),
        ("O’Sullivan Transcripts", "hello@osullivan.example", "+353 1 524 0014", true, 0),
        ("Østfold Podkast", "hei@ostfold-podkast.example", "", true, 0),
        ("Polder Podcasts B.V.", "info@polder-podcasts.example", "+31 20 900 0016", true, 2),
        ("Quill Notes", "quill@quill-notes.example", "", false, 0),
        ("Rádio Sertão", "ouvinte@sertao.example", "+55 11 4002 0018", true, 0),
        ("Stadtarchiv Würzbühl", "archiv@wuerzbuehl.example", "+49 30 23125 019", true, 0),
        ("Tidewater Hospital, Records", "records@tidewater.example", "+1 202 555 0120", true, 7),
        ("Universität Sankt Lorenz", "sekretariat@sankt-lorenz.example", "+43 1 900 0021", false, 0),
        ("Vårby Sommarradio", "red@varby.example", "+46 8 4656 0022", true, 0),
        ("Zoë van der Zee", "zoe@zoe-van-der-zee.example", "+31 6 900 00023", true, 0),
        ("Бюро переводов «Нева»", "neva@neva-bureau.example", "+7 495 900 00 24", true, 1),
        ("Αρχείο Προφορικής Ιστορίας", "archeio@proforiki.example", "+30 21 0900 0025", true, 0),
        ("מרכז התמלול חיפה", "office@tamlul.example", "+972 4 900 0026", true, 3),
        ("مكتب الترجمة والتفريغ الصوتي", "info@tarjama.example", "+971 4 900 0027", true, 2),
        ("声の図書館", "info@koe-library.example", "+81 3 9000 0028", false, 0),
    ],
    [
        ("Amber Court Chambers", "clerk@amber-court.example", "+44 20 7946 0151", true, 2),
        ("Bibliothèque de l’Île-aux-Moines", "accueil@ile-aux-moines.example", "+33 2 61 91 00 52", true, 0),
        ("Café Société", "salut@cafe-societe.example", "", false, 0),
        ("Dún Laoghaire Council", "office@dunlaoghaire-council.example", "+353 1 524 0153", true, 4),
        ("Elbe Rundfunk", "redaktion@elbe-rundfunk.example", "+49 40 66969 054", true, 7),
        ("Fjallabyggð Safn", "safn@fjallabyggd.example", "+354 539 0055", true, 0),
        ("Gävle Tolkförmedling", "tolk@gavle-tolk.example", "+46 8 4656 0156", true, 1),
        ("Hospital São Lourenço", "arquivo@sao-lourenco.example", "+351 21 900 0057", true, 3),
        (
            "Institut für Gehörte Zeitgeschichte und Mündliche Überlieferung an der Hochschule der Hansestadt Greifswald-Eldena e. V.",
            "institut@zeitgeschichte.example",
            "+49 30 23125 058",
            true,
            0,
        ),
        ("Kraków Głos", "kontakt@krakow-glos.example", "+48 12 205 0060", true, 5),
        ("La Voix du Nord-Est", "redaction@voix-nord-est.example", "+33 3 53 01 00 61", false, 0),
        ("Mühlviertel TV", "studio@muehlviertel.example", "+43 1 900 0062", true, 0),
        ("Norwich Oral History", "hello@norwich-oral.example", "+44 1632 960063", true, 1),
        ("Občanský hlas", "hlas@obcansky.example", "+420 221 550 064", true, 0),
        ("Pacific Rim Depositions", "desk@pacific-rim.example", "+1 206 555 0165", true, 6),
        ("Québec Sous-titres", "info@quebec-st.example", "+1 418 555 0166", true, 0),
        ("Rīgas Balss", "birojs@rigas-balss.example", "+371 6 900 0067", false, 0),
        ("Señal Abierta", "", "+34 910 05 00 68", true, 0),
        ("Tromsø Lydarkiv", "post@tromso-lyd.example", "+47 22 00 00 69", true, 2),
        ("Überseehafen Protokolle", "buero@ueberseehafen.example", "+49 421 9000 070", true, 0),
        ("Vlaams Gebarenteam", "team@gebaren.example", "+32 2 900 00 71", true, 0),
        ("West Mole Pilots", "tower@west-mole.example", "+31 10 900 0072", true, 3),
        ("Ypres Guides", "guides@ypres.example", "", false, 0),
        ("Žilina Záznam", "info@zilina-zaznam.example", "+421 2 900 0074", true, 0),
        ("Радио Морето", "studio@moreto.example", "+359 2 900 0075", true, 1),
        ("Λιμάνι FM", "studio@limani.example", "+30 21 0900 0076", true, 0),
        ("קול הנמל", "studio@kol-hanamal.example", "+972 4 900 0077", true, 2),
        ("إذاعة الميناء", "studio@almina.example", "+971 4 900 0078", true, 0),
        ("港の放送局", "info@minato.example", "+81 3 9000 0079", true, 0),
    ],
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_customers_in_both_states_of_whom_several_use_something() {
        for customers in OF_RESELLERS {
            let names: BTreeSet<&str> = customers.iter().map(|(name, ..)| *name).collect();
            assert_eq!(names.len(), CUSTOMERS);
            assert!(names.iter().any(|name| name.chars().count() > 100));
            assert!(names.iter().any(|name| name.starts_with(|letter| ('\u{590}'..='\u{6ff}').contains(&letter))));
            let inactive = customers.iter().filter(|(.., is_active, _)| !is_active).count();
            let using = customers.iter().filter(|(.., hours)| *hours > 0).count();
            assert!((4..8).contains(&inactive) && (9..13).contains(&using), "{inactive} and {using}");
        }
    }
}
