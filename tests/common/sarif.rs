//! SARIF read by its official schema: `tests/data/sarif-schema-2.1.0.json` as OASIS publishes it.

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

/// The schema as OASIS publishes it.
pub(crate) struct Official {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Official {
    pub(crate) fn new() -> Self {
        let text = include_str!("../data/sarif-schema-2.1.0.json");
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.enable_format_assertions();
        let name = "https://crmlint.test/sarif.json";
        compiler.add_resource(name, serde_json::from_str(text).unwrap()).unwrap();
        let index = compiler.compile(name, &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
        Self { schemas, index }
    }

    pub(crate) fn accepts(&self, log: &Value) -> Result<(), String> {
        self.schemas.validate(log, self.index).map_err(|error| format!("{error:#}"))
    }
}
