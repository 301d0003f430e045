//! Records that have a key in common, and which of them are compared: each with each, or those who may be one person by
//! their names where a key alone says little.

use rayon::prelude::{IntoParallelRefIterator, IntoParallelRefMutIterator, ParallelIterator};

use super::blocks::{is_large, pack, unpack};
use super::estimate::draw;
use super::initials::Initials;
use super::keys::{Block, FIRST, LAST};
use super::people::{People, Person};
use crate::again::Again;

/// Records under one key beyond which those alone are compared that have names in common.
const CAP: usize = 50;
/// Records of one name in a crowd that are still compared.
const NEIGHBOURS: usize = 8;
/// The aspects that are names.
const NAMES: u32 = FIRST | LAST;
/// Parts into which the keys of a block fall: those of one are sorted near in memory.
const PARTS: usize = 1 << 8;
/// Of so many pairs that are left out for their names one is compared, and counts as often: without them, people of one home
/// would seem rarer than they are.
pub(super) const OF: u32 = 8;

/// A record under a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keyed {
    pub(super) key: u64,
    pub(super) row: u32,
    /// Of its names, where these decide who meets.
    initials: Initials,
}

/// Pairs under some keys.
#[derive(Debug, Default)]
pub(super) struct Met {
    /// Those that are compared for themselves.
    pub(super) pairs: Vec<u64>,
    /// Those that stand for others, which are not compared.
    pub(super) sampled: Vec<u64>,
    /// Whether pairs are left out.
    pub(super) leaves_out: bool,
    /// Those of namesakes, by how many of one name there are, up to [`NEIGHBOURS`].
    namesakes: [Vec<u64>; NEIGHBOURS + 1],
}

/// The records of a block by their keys.
pub(super) struct Runs<'a> {
    people: &'a People,
    block: &'a Block,
    /// Whether those alone meet whose names have something in common: a home, or a birthday and a postcode, makes no person
    /// of two others.
    names_tell: bool,
    /// Keys that may stand on several records, in parts; each part in order.
    parts: Vec<Vec<Keyed>>,
}

impl<'a> Runs<'a> {
    pub(super) fn of(people: &'a People, block: &'a Block) -> Self {
        let names_tell = is_large(people) && !block.is_own() && block.uses & NAMES == 0;
        let initials = |name: u32| people.names.initials[name as usize];
        let room = people.all.len() / PARTS;
        let mut parts: Vec<Vec<Keyed>> = (0..PARTS).map(|_| Vec::with_capacity(room + room / 8)).collect();
        for (person, row) in people.all.iter().zip(0..) {
            for key in (block.key)(people, person).into_iter().filter(|key| *key != 0) {
                // Some keys are numbers as they stand, of which the first bits are all the same.
                let part = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - PARTS.trailing_zeros());
                let initials =
                    if names_tell { initials(person.first).and(initials(person.last)) } else { Initials::ANY };
                parts[part as usize].push(Keyed { key, row, initials });
            }
        }
        parts.par_iter_mut().for_each(|part| {
            let again = Again::of(part.iter().map(|keyed| keyed.key), part.len());
            part.retain(|keyed| again.may_hold(keyed.key));
            part.sort_unstable_by_key(|keyed| keyed.key);
        });
        Self { people, block, names_tell, parts }
    }

    /// The records of each key that several have.
    pub(super) fn all(&self) -> impl Iterator<Item = &[Keyed]> {
        self.parts.iter().flat_map(|part| runs(part))
    }

    /// The most records that a key may have for its pairs to stay within the budget, the rarest keys being spent first.
    pub(super) fn largest(&self, budget: u64) -> usize {
        let mut by_size = vec![0_u64; CAP + 1];
        for size in self.all().map(<[_]>::len).filter(|size| *size <= CAP) {
            by_size[size] += pairs_of(size);
        }
        let mut spent = 0;
        let mut largest = CAP;
        for (size, pairs) in by_size.iter().enumerate() {
            spent += pairs;
            if spent > budget {
                largest = size - 1;
                break;
            }
        }
        largest.max(2)
    }

    /// The pairs of keys of up to so many records, and of larger ones those who share a name, unless the block is broad. Of
    /// namesakes there are no more pairs than the budget, the rarest names being spent first.
    pub(super) fn met(&self, largest: usize, budget: u64) -> Vec<Met> {
        // Of a crowd the names tell, which are read once; namesakes of other first names are a family or strangers.
        let named = |keyed: &Keyed| {
            let Person { first, last, .. } = self.people.all[keyed.row as usize];
            let initials = if self.names_tell { self.people.names.initials[first as usize] } else { Initials::ANY };
            Keyed { key: u64::from(last) << 32 | u64::from(first), initials, ..*keyed }
        };
        // A broad block has a budget of its own.
        let are_namesakes = self.block.uses & NAMES == NAMES && !self.block.is_broad();
        let of_part = |part: &Vec<Keyed>| {
            let (mut met, mut crowd) = (Met::default(), Vec::new());
            for run in runs(part).filter(|run| run.len() <= largest || !self.block.is_broad()) {
                if run.len() > largest {
                    crowd.clear();
                    crowd.extend(run.iter().map(named));
                    crowd.sort_unstable_by_key(|keyed| (keyed.key, keyed.row));
                    self.narrowed(&crowd, &mut met);
                } else if are_namesakes {
                    met.add_namesakes(run);
                } else {
                    met.add(run, run.len());
                }
            }
            met
        };
        let mut met: Vec<Met> = self.parts.par_iter().map(of_part).collect();
        let mut spent = 0;
        let fits = |size: &usize| {
            spent += met.iter().map(|met| met.namesakes[*size].len() as u64).sum::<u64>();
            spent <= budget
        };
        let within = (0..=NEIGHBOURS).take_while(fits).count();
        met.par_iter_mut().for_each(|met| met.settle(within));
        met
    }

    /// Pairs in a crowd whose keys are surname and first name, in order: records that have the surname in common, or both names
    /// where many have it or the block's key holds it. Namesakes among whom that leaves a crowd are strangers, unless a key of
    /// its own brought them here.
    fn narrowed(&self, crowd: &[Keyed], met: &mut Met) {
        let block = self.block;
        let names = |keyed: &Keyed| unpack(keyed.key);
        for namesakes in crowd.chunk_by(|one, other| names(one).0 == names(other).0) {
            if block.uses & LAST == 0 && names(&namesakes[0]).0 != 0 && namesakes.len() <= NEIGHBOURS {
                match block.uses & FIRST {
                    0 => met.add(namesakes, NEIGHBOURS),
                    _ => met.add_namesakes(namesakes),
                }
                continue;
            }
            for namesakes in namesakes.chunk_by(|one, other| names(one) == names(other)) {
                let is_named = names(&namesakes[0]).1 != 0 && block.uses & NAMES != NAMES;
                if block.is_own() {
                    met.add(namesakes, NEIGHBOURS);
                } else if is_named && namesakes.len() <= NEIGHBOURS {
                    met.add_namesakes(namesakes);
                }
            }
        }
    }
}

/// The records of each key that several have.
fn runs(part: &[Keyed]) -> impl Iterator<Item = &[Keyed]> {
    part.chunk_by(|one, other| one.key == other.key).filter(|run| run.len() > 1)
}

pub(super) fn pairs_of(records: usize) -> u64 {
    (records as u64) * (records as u64 - 1) / 2
}

/// Pairs of records with those that come next, as far as one reaches.
fn pairs(run: &[Keyed], reach: usize) -> impl Iterator<Item = (&Keyed, &Keyed)> {
    let nexts = move |at: usize| run[at + 1..].iter().take(reach);
    let all = run.iter().enumerate().flat_map(move |(at, one)| nexts(at).map(move |other| (one, other)));
    all.filter(|(one, other)| one.row != other.row)
}

impl Met {
    /// Adds pairs of records with those that come next, as far as one reaches.
    fn add(&mut self, run: &[Keyed], reach: usize) {
        for (one, other) in pairs(run, reach) {
            let pair = pack(one.row, other.row);
            if one.initials.meet(other.initials) {
                self.pairs.push(pair);
            } else {
                self.sample(pair);
            }
        }
    }

    /// Adds a pair for others, or leaves it out.
    fn sample(&mut self, pair: u64) {
        if is_sampled(pair) {
            self.sampled.push(pair);
        } else {
            self.leaves_out = true;
        }
    }

    /// Adds all pairs of namesakes, of whom it is not settled yet whether they are compared.
    fn add_namesakes(&mut self, run: &[Keyed]) {
        let pairs = pairs(run, run.len()).map(|(one, other)| pack(one.row, other.row));
        self.namesakes[run.len().min(NEIGHBOURS)].extend(pairs);
    }

    /// Settles that namesakes are compared of whom there are fewer than so many, and some of the others for all of these.
    fn settle(&mut self, within: usize) {
        for (size, mut pairs) in std::mem::take(&mut self.namesakes).into_iter().enumerate() {
            match size < within {
                true => self.pairs.append(&mut pairs),
                false => pairs.into_iter().for_each(|pair| self.sample(pair)),
            }
        }
    }
}

/// Whether a pair is compared for others: by its records alone, so that every block takes the same.
fn is_sampled(pair: u64) -> bool {
    draw(pair).is_multiple_of(OF.into())
}

#[cfg(test)]
mod tests {
    use super::{Met, OF, Runs};
    use crate::matching::blocks::{LARGE, pack};
    use crate::matching::keys::BLOCKS;
    use crate::matching::names::{Cells, Names};
    use crate::matching::people::{People, Person};

    const NAMES: [[&str; 2]; 5] =
        [["Otto", "Weber"], ["Oda", "Lindt"], ["Ulf", "Weber"], ["Egon", "Mann"], ["", "Ott"]];

    /// A file of so many records, of which the first have these names, one home and one phone, and what meets in a block.
    fn met(records: usize, names: &[[&str; 2]], block: &str, largest: usize) -> Met {
        met_within(u64::MAX, records, names, block, largest)
    }

    /// The same with a budget for namesakes.
    fn met_within(budget: u64, records: usize, names: &[[&str; 2]], block: &str, largest: usize) -> Met {
        let cells =
            |row: u32| Cells { first: names[row as usize][0], last: names[row as usize][1], ..Cells::default() };
        let (known, rows) = Names::read(u32::try_from(names.len()).expect("a few"), cells);
        let home = Person { street: 1, postcode: 1, city: 1, phones: [1, 0], ..Person::default() };
        let mut all: Vec<Person> = rows.into_iter().map(|(first, last, _)| Person { first, last, ..home }).collect();
        all.resize(records, Person::default());
        let people = People { all, names: known, ..People::default() };
        let mut met = Met::default();
        let block = BLOCKS.iter().find(|known| known.name == block).expect("a block of this name");
        for part in Runs::of(&people, block).met(largest, budget) {
            met.pairs.extend(part.pairs);
            met.sampled.extend(part.sampled);
        }
        // A street meets by postcode and by city.
        met.pairs.sort_unstable();
        met.pairs.dedup();
        met
    }

    #[test]
    fn in_a_large_file_a_home_alone_brings_no_names_together_that_have_nothing_in_common() {
        let all = |records, block| met(records, &NAMES, block, 50).pairs;
        assert_eq!([all(LARGE, "street and place").len(), all(LARGE + 1, "phone").len()], [10, 10]);
        let alike = [pack(0, 1), pack(0, 2), pack(0, 4), pack(1, 4), pack(2, 4), pack(3, 4)];
        assert_eq!(all(LARGE + 1, "street and place"), alike);
        // Of a crowd, namesakes alone meet: a family by its first names.
        let crowd = |records, block| met(records, &NAMES, block, 2).pairs;
        assert_eq!(crowd(LARGE, "street and place"), [pack(0, 2)]);
        assert!(crowd(LARGE + 1, "street and place").is_empty());
        assert_eq!(crowd(LARGE + 1, "phone"), [pack(0, 2)]);
    }

    #[test]
    fn one_of_eight_stands_for_those_that_are_left_out() {
        let names: Vec<[&str; 2]> =
            (0..600).map(|at| if at % 2 == 0 { ["Otto", "Ott"] } else { ["Ulf", "Ulm"] }).collect();
        let met = met(LARGE + 1, &names, "street and place", 600);
        assert_eq!(met.pairs.len(), 2 * 300 * 299 / 2);
        // Neighbours too, which people of one home often are.
        let all = met.sampled.len() / 2;
        let near = met.sampled.iter().filter(|pair| (*pair >> 32).abs_diff(**pair & 0xffff_ffff) == 1).count() / 2;
        let is_near = |found: usize, of: usize| (of * 8 / 10..of * 12 / 10).contains(&(found * OF as usize));
        assert!(is_near(all, 300 * 300) && is_near(near, 599), "{all} {near}");
    }

    #[test]
    fn the_rarest_namesakes_are_compared_first() {
        // Forty names of two records each, and forty of eight.
        let name = |at: usize| format!("Otto{}", if at < 80 { at / 2 } else { at / 8 + 30 });
        let firsts: Vec<String> = (0..400).map(name).collect();
        let names: Vec<[&str; 2]> = firsts.iter().map(|first| [first.as_str(), "Weber"]).collect();
        for (block, largest) in [("name and city", 50), ("surname and postcode", 20)] {
            let of = |budget| {
                let met = met_within(budget, LARGE + 1, &names, block, largest);
                (met.pairs.len(), met.sampled.len())
            };
            assert_eq!([of(40 + 40 * 28), of(u64::MAX)], [(40 + 40 * 28, 0); 2], "{block}");
            let ((few, stand_for), (none, all)) = (of(40 + 40 * 28 - 1), of(39));
            assert_eq!((few, none), (40, 0), "{block}");
            assert!((110..170).contains(&stand_for) && (stand_for..stand_for + 40).contains(&all), "{stand_for} {all}");
        }
        // Who has somebody's own key is compared however many there are.
        let own = |budget| met_within(budget, LARGE + 1, &names, "phone", 20).pairs;
        assert_eq!((own(0).len(), own(0)), (40 + 40 * 28, own(u64::MAX)));
    }
}
