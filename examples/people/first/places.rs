//! Places of the first noise model: cities with their postcodes, a postcode in one city only, and streets. Their
//! number grows with the size of the file, as it does when a shop gets known beyond its region.

use std::collections::HashSet;

use super::super::Rng;
use super::skewed;

/// Countries a home may be in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Country {
    America,
    Germany,
    Britain,
}

/// Where somebody lives.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Home {
    pub(super) country: Country,
    pub(super) street: String,
    pub(super) postcode: String,
    pub(super) city: String,
}

const BIG: [&str; 3] = [
    "New York|Los Angeles|Chicago|Houston|Phoenix|Philadelphia|San Antonio|San Diego|Dallas|Austin|Jacksonville|San \
     Jose|Fort Worth|Columbus|Charlotte|Indianapolis|San Francisco|Seattle|Denver|Oklahoma City|Nashville|Washington\
     |El Paso|Boston|Portland|Las Vegas|Detroit|Memphis|Louisville|Baltimore|Milwaukee|Albuquerque|Tucson|Fresno\
     |Sacramento|Kansas City|Mesa|Atlanta|Omaha|Raleigh|Miami|Minneapolis|Tampa|St. Louis|Pittsburgh|Cincinnati",
    "Berlin|Hamburg|München|Köln|Frankfurt am Main|Stuttgart|Düsseldorf|Leipzig|Dortmund|Essen|Bremen|Dresden\
     |Hannover|Nürnberg|Duisburg|Bochum|Wuppertal|Bielefeld|Bonn|Münster|Mannheim|Karlsruhe|Augsburg|Wiesbaden\
     |Mönchengladbach|Braunschweig|Kiel|Chemnitz|Aachen|Halle (Saale)|Magdeburg|Freiburg im Breisgau|Krefeld|Lübeck\
     |Mainz|Erfurt|Rostock|Kassel|Saarbrücken|Potsdam|Oldenburg|Würzburg|Göttingen|Regensburg|Ulm|Tübingen",
    "London|Birmingham|Manchester|Glasgow|Leeds|Liverpool|Sheffield|Edinburgh|Bristol|Cardiff|Leicester|Nottingham\
     |Newcastle upon Tyne|Belfast|Brighton|Plymouth|Southampton|Reading|Norwich|York|Exeter|Oxford|Cambridge",
];

const TOWN_PARTS: [[&str; 3]; 3] = [
    [
        "||||New |Lake |Mount |East |West |Port |Fort |North |South ",
        "Ash|Oak|Maple|Cedar|Clear|Silver|Elk|Eagle|Stone|Spring|Mill|Fair|Green|Hart|Jeffer|Madi|Harri|Hamil|Frank\
         |Clin|Mar|River|Rock|Sand|Sun|Wal|Wood|Bridge|Brook|Car|Copper|Dan|Ever|Glen|Haven|Iron|Jack|Kings|Lin|Morri",
        "ville|ton|ford|field| Springs| Falls| Creek|wood| Grove| Heights|burg|dale| City|view|port| Valley| Ridge\
         |land",
    ],
    [
        "|||Ober|Unter|Neu|Alt|Groß|Klein|Bad |Nieder|Hohen|Sankt ",
        "Adel|Al|Arns|Bern|Birken|Brett|Burg|Eber|Eichen|Erlen|Franken|Fried|Gers|Gundel|Hagen|Heil|Her|Hilden|Kirch\
         |Königs|Lauter|Linden|Mark|Mühl|Neid|Otters|Pfaffen|Ravens|Rein|Rott|Sachsen|Schön|Sieg|Steins|Thal|Ulrichs\
         |Vils|Wald|Weil|Wolfen|Zell|Ziegen",
        "dorf|hausen|bach|berg|heim|ingen|stadt|burg|feld|kirchen|au|brunn|furt|hofen|ried|rode|see|tal|walde|weiler",
    ],
    [
        "|||Great |Little |Upper |Lower |Market |Chipping |North |Kings ",
        "Ash|Ald|Barn|Bed|Brad|Bux|Chel|Dar|Dun|Elm|Farn|Guild|Had|Hart|Hex|Kel|Lang|Mal|Nor|Oak|Pen|Rad|Sher|Stan\
         |Tam|Thorn|Wal|Wick|Win|Wor",
        "ham|ton|bury|ford|ley|wick|by|mouth|stead|worth|combe| Green|-on-Sea|borough|field",
    ],
];

const STREETS: [[&str; 2]; 3] = [
    [
        "Main|Oak|Maple|Park|Cedar|Elm|Washington|Lake|Hill|Walnut|Spring|North|Ridge|Church|Willow|Mill|Sunset\
         |Railroad|Jackson|Highland|Forest|Jefferson|Meadow|Broad|Chestnut|Cherry|Lincoln|Franklin|Dogwood|Hickory\
         |Laurel|River|Pleasant|Madison|Adams|Locust|Magnolia|Sycamore|Poplar|Aspen|Birch|Pine|Valley|Fairview\
         |Prospect|Center|Union",
        " Street| Avenue| Road| Drive| Lane| Court| Boulevard| Place",
    ],
    [
        "Haupt|Schul|Garten|Bahnhof|Dorf|Berg|Linden|Kirch|Wald|Ring|Wiesen|Mühlen|Rosen|Birken|Goethe|Schiller\
         |Mozart|Beethoven|Lessing|Friedhof|Ahorn|Eichen|Buchen|Tannen|Feld|Bach|Brunnen|Markt|Post|Industrie\
         |Kastanien|Amsel|Drossel|Finken|Lerchen|Meisen|Burg|Schloss|See|Ufer|Blumen|Tal|Sonnen|Kloster|Kapellen\
         |Ziegel|Hafen|Stein",
        "straße|straße|straße|weg|weg|gasse|allee|platz|ring|damm",
    ],
    [
        "High|Station|Church|Park|Victoria|Green|Manor|Kings|Queens|New|Grange|Mill|School|York|Albert|Alexandra\
         |London|Windsor|Springfield|George|Chapel|Stanley|Chester|Grove|Highfield|Oxford|Richmond|Bridge|Orchard\
         |Meadow",
        " Street| Road| Lane| Avenue| Close| Drive| Gardens| Crescent| Way",
    ],
];

/// The postcodes of the file's world, those of one city side by side.
pub(super) struct Places {
    codes: [Vec<(String, u32)>; 3],
    cities: Vec<String>,
    streets: [[Vec<&'static str>; 2]; 3],
}

impl Places {
    /// A world for so many records: 12,000 postcodes at a million, 1,200 at ten thousand. There are names for no more towns
    /// than those of two million.
    pub(super) fn new(rng: &mut Rng, records: usize) -> Self {
        let total = ((records as f64).sqrt() * 12.0).clamp(120.0, 16_900.0);
        let streets = STREETS.map(|pair| pair.map(|text| text.split('|').collect()));
        let mut places = Self { codes: [Vec::new(), Vec::new(), Vec::new()], cities: Vec::new(), streets };
        let mut used = HashSet::new();
        for (country, share) in [0.46, 0.44, 0.10].into_iter().enumerate() {
            places.settle(rng, country, (total * share) as usize, &mut used);
        }
        places
    }

    fn settle(&mut self, rng: &mut Rng, country: usize, want: usize, used: &mut HashSet<String>) {
        let mut big = BIG[country].split('|');
        let parts = TOWN_PARTS[country].map(|text| text.split('|').collect::<Vec<&str>>());
        let mut rank = 0.0f64;
        while self.codes[country].len() < want {
            let city = match big.next() {
                Some(city) => city.to_owned(),
                None => {
                    let [before, stem, end] = [0, 1, 2].map(|part: usize| parts[part][rng.below(parts[part].len())]);
                    joined(before, stem, end)
                }
            };
            if !used.insert(city.clone()) {
                continue;
            }
            rank += 1.0;
            let number = ((want as f64 / 60.0 / rank.powf(0.7)) as usize).max(1);
            let mut near = rng.between(1001, 99_950);
            for _ in 0..number {
                let code = loop {
                    near = if near >= 99_950 { 1001 } else { near + rng.between(1, 3) };
                    let code = if country == 2 { british(rng, near) } else { format!("{near:05}") };
                    if used.insert(code.clone()) {
                        break code;
                    }
                };
                self.codes[country].push((code, self.cities.len() as u32));
            }
            self.cities.push(city);
        }
    }

    /// A home in this country.
    pub(super) fn home(&self, rng: &mut Rng, country: Country) -> Home {
        let codes = &self.codes[country as usize];
        let (postcode, city) = &codes[skewed(rng, codes.len(), codes.len() as f64 / 8.0)];
        let city = self.cities[*city as usize].clone();
        Home { country, street: self.street(rng, country), postcode: postcode.clone(), city }
    }

    /// Another home in the same city under another postcode, if the city has one.
    pub(super) fn across_town(&self, rng: &mut Rng, home: &Home) -> Option<Home> {
        let codes = &self.codes[home.country as usize];
        let here = codes.iter().position(|(code, _)| *code == home.postcode)?;
        let same = |&&(_, city): &&(String, u32)| city == codes[here].1;
        let before = codes[..here].iter().rev().take_while(same).count();
        let after = codes[here..].iter().take_while(same).count();
        let at = here - before + rng.below(before + after);
        let street = self.street(rng, home.country);
        (at != here).then(|| Home { street, postcode: codes[at].0.clone(), ..home.clone() })
    }

    /// A street with a house number; low numbers are more frequent, because every street has them.
    fn street(&self, rng: &mut Rng, country: Country) -> String {
        let [names, kinds] = &self.streets[country as usize];
        let (name, kind) = (*rng.pick(names), *rng.pick(kinds));
        match country {
            Country::Germany => format!("{name}{kind} {}", 1 + skewed(rng, 180, 20.0)),
            Country::Britain => format!("{} {name}{kind}", 1 + skewed(rng, 220, 25.0)),
            Country::America => {
                let flat = if rng.chance(0.12) { format!(" Apt {}", rng.between(1, 48)) } else { String::new() };
                format!("{} {name}{kind}{flat}", 10 + skewed(rng, 9800, 600.0))
            }
        }
    }
}

fn british(rng: &mut Rng, number: usize) -> String {
    let letter = |n: usize| char::from(b"ABDEFGHJLNPQRSTUWXYZ"[n % 20]);
    let area = number / 97;
    let (one, two) = (letter(rng.below(20)), letter(rng.below(20)));
    format!("{}{}{} {}{one}{two}", letter(area), letter(area / 20 + 7), number % 29 + 1, number % 9 + 1)
}

/// A composed town; what follows a beginning that is no word of its own starts small.
fn joined(before: &str, stem: &str, end: &str) -> String {
    if before.is_empty() || before.ends_with(' ') {
        return format!("{before}{stem}{end}");
    }
    format!("{before}{}{end}", stem.to_lowercase())
}
