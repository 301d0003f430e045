//! Links into clusters: the surest first, none across a contradiction, none that hangs on a weak bridge.

use std::collections::BTreeSet;

use ahash::AHashMap;

/// A pair that is taken for one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// The smaller record.
    pub left: u32,
    /// The greater record.
    pub right: u32,
    /// How likely both are one person.
    pub probability: f32,
}

/// Why a link was not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// Somebody decided that the two sides are different people.
    Decided,
    /// Records of the two sides contradict each other.
    Contradicted,
    /// It was the only and weak link between two groups.
    Bridge,
    /// The cluster would have grown over the cap.
    Size,
}

impl Refusal {
    /// The reason in words.
    pub fn about(self) -> &'static str {
        match self {
            Self::Decided => "it was decided that the two sides are different people",
            Self::Contradicted => "other records of the two sides contradict each other",
            Self::Bridge => "it alone would hold two groups together, and weakly",
            Self::Size => "the cluster would grow over its cap",
        }
    }
}

/// What became of the links.
#[derive(Debug, Default)]
pub struct Clusters {
    /// Clusters of two and more records, each in order, by their first record.
    pub members: Vec<Vec<u32>>,
    /// Links that were not followed.
    pub refused: Vec<(Edge, Refusal)>,
}

struct Forest {
    parent: Vec<u32>,
    members: Vec<Vec<u32>>,
}

impl Forest {
    fn find(&mut self, mut at: u32) -> u32 {
        while self.parent[at as usize] != at {
            self.parent[at as usize] = self.parent[self.parent[at as usize] as usize];
            at = self.parent[at as usize];
        }
        at
    }

    /// Whether somebody decided that a record of the smaller group is nobody of the other.
    fn is_forbidden(&mut self, few: u32, many: u32, records: &[u32], limits: &Limits<'_>) -> bool {
        if limits.forbidden.is_empty() || self.members[few as usize].len() > self.members[many as usize].len() {
            return false;
        }
        let own = self.members[few as usize].iter().filter_map(|at| limits.forbidden.get(&records[*at as usize]));
        let apart: Vec<usize> = own.flatten().filter_map(|record| records.binary_search(record).ok()).collect();
        apart.into_iter().any(|at| self.find(at as u32) == many)
    }

    fn join(&mut self, one: u32, other: u32) {
        let (into, from) = if self.members[one as usize].len() >= self.members[other as usize].len() {
            (one, other)
        } else {
            (other, one)
        };
        let moved = std::mem::take(&mut self.members[from as usize]);
        self.members[into as usize].extend(moved);
        self.parent[from as usize] = into;
    }
}

/// What clusters are made by.
pub struct Limits<'a> {
    /// Most records of one cluster.
    pub cap: usize,
    /// The probability from which a single link may hold two groups together.
    pub sure: f32,
    /// Whether two records contradict each other.
    pub contradicts: &'a dyn Fn(u32, u32) -> bool,
    /// For each record, those that somebody decided are different people.
    pub forbidden: &'a AHashMap<u32, Vec<u32>>,
}

/// Where each record stands among those that occur in a link.
struct Places(Vec<u32>);

impl Places {
    /// Of records in order.
    fn of(records: &[u32]) -> Self {
        let mut places = vec![0; records.last().map_or(0, |last| *last as usize + 1)];
        (0..).zip(records).for_each(|(at, record)| places[*record as usize] = at);
        Self(places)
    }

    fn of_record(&self, record: u32) -> u32 {
        self.0[record as usize]
    }
}

/// Makes clusters of links. Only records that occur in a link are touched.
pub fn cluster(edges: &[Edge], limits: &Limits<'_>) -> Clusters {
    let mut records: Vec<u32> = edges.iter().flat_map(|edge| [edge.left, edge.right]).collect();
    records.sort_unstable();
    records.dedup();
    let places = Places::of(&records);
    let place = |record: u32| places.of_record(record);
    let mut order: Vec<Edge> = edges.to_vec();
    order.sort_by(|one, other| {
        other.probability.total_cmp(&one.probability).then((one.left, one.right).cmp(&(other.left, other.right)))
    });
    let (mut forest, mut refused) = grow(&order, &records, &places, limits);
    // A crowd is no person, and neither is any part of it that happens to stay under the cap.
    let sure = |edge: &Edge, why: &Refusal| *why == Refusal::Size && edge.probability >= limits.sure;
    let over: Vec<u32> =
        refused.iter().filter(|(edge, why)| sure(edge, why)).flat_map(|(edge, _)| [edge.left, edge.right]).collect();
    if !over.is_empty() {
        let crowds: BTreeSet<u32> = over.into_iter().map(|record| forest.find(place(record))).collect();
        let (kept, crowded): (Vec<Edge>, Vec<Edge>) = order.iter().partition(|edge| {
            let mut touches = [edge.left, edge.right].into_iter().map(|record| forest.find(place(record)));
            edge.probability >= 1.0 || !touches.any(|root| crowds.contains(&root))
        });
        (forest, refused) = grow(&kept, &records, &places, limits);
        refused.extend(crowded.into_iter().map(|edge| (edge, Refusal::Size)));
    }
    let mut clusters = Clusters { refused, ..Clusters::default() };
    let count = u32::try_from(records.len()).unwrap_or(u32::MAX);
    let mut groups: Vec<(u32, u32)> = (0..count).map(|at| (forest.find(at), records[at as usize])).collect();
    groups.sort_unstable();
    // Over the cap only where somebody decided so, or an id says so: nothing to take apart.
    let may_split = |members: usize| (4..=limits.cap).contains(&members);
    let mut inside: Vec<(u32, Edge)> = Vec::new();
    for edge in edges {
        let (one, other) = (forest.find(place(edge.left)), forest.find(place(edge.right)));
        if one == other && may_split(forest.members[one as usize].len()) {
            inside.push((one, *edge));
        }
    }
    inside.sort_by_key(|(root, _)| *root);
    for group in groups.chunk_by(|one, other| one.0 == other.0).filter(|group| group.len() > 1) {
        let members: Vec<u32> = group.iter().map(|(_, record)| *record).collect();
        if may_split(members.len()) {
            let own = &inside[inside.partition_point(|(root, _)| *root < group[0].0)..];
            let edges = own.iter().take_while(|(root, _)| *root == group[0].0).map(|(_, edge)| *edge);
            split(members, &edges.collect::<Vec<_>>(), limits.sure, &mut clusters);
        } else {
            clusters.members.push(members);
        }
    }
    clusters.members.sort_unstable();
    clusters
}

/// Joins what links hold together, in their order; what is not followed is given with the reason.
fn grow(order: &[Edge], records: &[u32], places: &Places, limits: &Limits<'_>) -> (Forest, Vec<(Edge, Refusal)>) {
    let place = |record: u32| places.of_record(record);
    let count = u32::try_from(records.len()).unwrap_or(u32::MAX);
    let mut forest = Forest { parent: (0..count).collect(), members: (0..count).map(|at| vec![at]).collect() };
    let mut refused = Vec::new();
    for edge in order {
        let (one, other) = (forest.find(place(edge.left)), forest.find(place(edge.right)));
        if one == other {
            continue;
        }
        let apart =
            forest.is_forbidden(one, other, records, limits) || forest.is_forbidden(other, one, records, limits);
        let sides = (forest.members[one as usize].as_slice(), forest.members[other as usize].as_slice());
        match if apart { Some(Refusal::Decided) } else { refusal(edge, sides, records, limits) } {
            Some(refusal) => refused.push((*edge, refusal)),
            None => forest.join(one, other),
        }
    }
    (forest, refused)
}

/// Most pairs of records that are looked at before two groups are joined.
const LOOKED_AT: usize = 400;

fn refusal(edge: &Edge, (left, right): (&[u32], &[u32]), records: &[u32], limits: &Limits<'_>) -> Option<Refusal> {
    let name = |at: &u32| records[*at as usize];
    let pairs = || left.iter().flat_map(|one| right.iter().map(move |other| (one, other))).take(LOOKED_AT);
    if edge.probability >= 1.0 {
        return None;
    }
    if left.len() + right.len() > limits.cap {
        return Some(Refusal::Size);
    }
    // The pair itself was judged already; what is asked is whether the others agree.
    let others = left.len() * right.len() - 1;
    if others > 0 && pairs().any(|(one, other)| (limits.contradicts)(name(one), name(other))) {
        return Some(Refusal::Contradicted);
    }
    None
}

/// Takes a group apart where one weak link alone holds two groups of records together.
fn split(members: Vec<u32>, edges: &[Edge], sure: f32, clusters: &mut Clusters) {
    if members.len() < 4 {
        clusters.members.push(members);
        return;
    }
    let place = |record: u32| members.partition_point(|known| *known < record);
    let mut near: Vec<Vec<(usize, usize)>> = vec![Vec::new(); members.len()];
    for (at, edge) in edges.iter().enumerate() {
        near[place(edge.left)].push((place(edge.right), at));
        near[place(edge.right)].push((place(edge.left), at));
    }
    let weak = bridges(&near)
        .into_iter()
        .find(|(edge, below)| edges[*edge].probability < sure && below.len() >= 2 && members.len() - below.len() >= 2);
    let Some((edge, below)) = weak else {
        clusters.members.push(members);
        return;
    };
    clusters.refused.push((edges[edge], Refusal::Bridge));
    let mut inside = vec![false; members.len()];
    below.iter().for_each(|at| inside[*at] = true);
    for side in [true, false] {
        let half: Vec<u32> = (0..members.len()).filter(|at| inside[*at] == side).map(|at| members[at]).collect();
        let kept: Vec<Edge> = edges
            .iter()
            .filter(|edge| inside[place(edge.left)] == side && inside[place(edge.right)] == side)
            .copied()
            .collect();
        split(half, &kept, sure, clusters);
    }
}

/// Links whose removal takes the group apart, each with the records on its far side.
fn bridges(near: &[Vec<(usize, usize)>]) -> Vec<(usize, Vec<usize>)> {
    let count = near.len();
    let (mut entered, mut low) = (vec![usize::MAX; count], vec![usize::MAX; count]);
    let (mut parent, mut order) = (vec![(usize::MAX, usize::MAX); count], Vec::with_capacity(count));
    let mut stack = vec![(0, 0)];
    (entered[0], low[0]) = (0, 0);
    order.push(0);
    while let Some((at, next)) = stack.pop() {
        let Some((to, edge)) = near[at].get(next).copied() else { continue };
        stack.push((at, next + 1));
        if entered[to] == usize::MAX {
            (entered[to], low[to]) = (order.len(), order.len());
            parent[to] = (at, edge);
            order.push(to);
            stack.push((to, 0));
        } else if edge != parent[at].1 {
            low[at] = low[at].min(entered[to]);
        }
    }
    for at in order.iter().rev() {
        let (above, _) = parent[*at];
        if above != usize::MAX {
            low[above] = low[above].min(low[*at]);
        }
    }
    let below = |top: usize| {
        let mut inside = vec![false; count];
        inside[top] = true;
        for at in order.iter().filter(|at| parent[**at].0 != usize::MAX) {
            inside[*at] |= inside[parent[*at].0] && entered[*at] > entered[top];
        }
        (0..count).filter(|at| inside[*at]).collect()
    };
    let cut = |at: &&usize| parent[**at].0 != usize::MAX && low[**at] == entered[**at];
    order.iter().filter(cut).map(|at| (parent[*at].1, below(*at))).collect()
}

#[cfg(test)]
mod tests {
    use ahash::AHashMap;

    use super::{Edge, Limits, Refusal, cluster};

    fn edge(left: u32, right: u32, probability: f32) -> Edge {
        Edge { left, right, probability }
    }

    fn limits<'a>(contradicts: &'a dyn Fn(u32, u32) -> bool, forbidden: &'a AHashMap<u32, Vec<u32>>) -> Limits<'a> {
        Limits { cap: 5, sure: 0.99, contradicts, forbidden }
    }

    fn nothing() -> AHashMap<u32, Vec<u32>> {
        AHashMap::new()
    }

    #[test]
    fn a_weak_bridge_holds_nothing_together() {
        let edges = [edge(1, 2, 0.999), edge(3, 4, 0.999), edge(2, 3, 0.96)];
        let found = cluster(&edges, &limits(&|_, _| false, &nothing()));
        assert_eq!(found.members, [vec![1, 2], vec![3, 4]]);
        assert_eq!(found.refused, [(edges[2], Refusal::Bridge)]);
        let supported = [edge(1, 2, 0.999), edge(3, 4, 0.999), edge(2, 3, 0.96), edge(1, 4, 0.96)];
        let found = cluster(&supported, &limits(&|_, _| false, &nothing()));
        assert_eq!(found.members, [vec![1, 2, 3, 4]]);
    }

    #[test]
    fn no_cluster_holds_a_contradiction_a_crowd_or_what_was_decided_apart() {
        let chain = [edge(1, 2, 0.999), edge(2, 3, 0.998)];
        let apart = |one: u32, other: u32| (one, other) == (1, 3);
        let found = cluster(&chain, &limits(&apart, &nothing()));
        assert_eq!((found.members, found.refused), (vec![vec![1, 2]], vec![(chain[1], Refusal::Contradicted)]));
        let found = cluster(&chain, &limits(&|_, _| false, &[(1, vec![3]), (3, vec![1])].into_iter().collect()));
        assert_eq!(found.refused, [(chain[1], Refusal::Decided)]);
        let long: Vec<Edge> = (0..9).map(|at| edge(at, at + 1, 0.995)).collect();
        let found = cluster(&long, &limits(&|_, _| false, &nothing()));
        assert!(found.members.is_empty(), "no part of a crowd is a person: {:?}", found.members);
        assert_eq!(found.refused.len(), 9);
        assert!(found.refused.iter().all(|(_, refusal)| *refusal == Refusal::Size));
        let weak: Vec<Edge> = long.iter().map(|link| edge(link.left, link.right, 0.95)).collect();
        let found = cluster(&weak, &limits(&|_, _| false, &nothing()));
        assert!(found.members.iter().all(|members| members.len() <= 5) && !found.members.is_empty());
        let decided: Vec<Edge> = long.iter().map(|link| edge(link.left, link.right, 1.0)).collect();
        let found = cluster(&decided, &limits(&|_, _| false, &nothing()));
        assert_eq!(found.members, [(0..10).collect::<Vec<u32>>()], "what somebody decided is not capped");
    }
}
