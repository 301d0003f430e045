//! Days of birth from several exports as one column: matching reads one, and a profile without a contact has its own.

use crate::matching::birth::{self, Order};
use crate::matching::people::Cells;

/// People by whose days of birth the order of day and month is told.
const ORDER_ROWS: u32 = 100_000;

/// For every person the first cell that is a day.
pub(super) struct Births<C> {
    columns: Vec<C>,
    order: Order,
}

impl<C: Cells> Births<C> {
    /// Of columns that write day and month in the order of the first: in another one, May 3rd would be March 5th.
    pub(super) fn new(mut columns: Vec<C>, people: u32) -> Self {
        let told = |column: &C| birth::order((0..people.min(ORDER_ROWS)).map(|person| column.cell(person)));
        let order = columns.first().map(told).unwrap_or_default();
        columns.retain(|column| told(column) == order);
        Self { columns, order }
    }

    /// Whether there is no such column.
    pub(super) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }
}

impl<C: Cells> Cells for Births<C> {
    fn cell(&self, person: u32) -> &str {
        let mut cells = self.columns.iter().map(|column| column.cell(person));
        cells.find(|cell| birth::day(cell, self.order).is_some()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Births;
    use crate::matching::people::Cells;

    #[test]
    fn the_first_that_is_a_day_is_the_day_of_birth() {
        let column = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let (contacts, profiles) = (column(["1957-11-11", "", "?"]), column(["", "1960-01-02", "1961-02-03"]));
        let births = Births::new(vec![contacts, profiles], 3);
        assert_eq!([0, 1, 2].map(|person| births.cell(person)), ["1957-11-11", "1960-01-02", "1961-02-03"]);
    }

    #[test]
    fn a_column_in_another_order_is_not_read() {
        let column = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let births = Births::new(vec![column(["31/12/1957", ""]), column(["12/31/1957", "03/05/1960"])], 2);
        assert_eq!([0, 1].map(|person| births.cell(person)), ["31/12/1957", ""]);
    }
}
