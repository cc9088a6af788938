//! What imports bring and what modules give by name.

use super::{Item, Region, Walk};
use crate::program::flow::{Def, Import, Kind, Member};
use crate::program::values::{At, UnitId};

impl Walk<'_, '_> {
    /// Takes the import behind an expression that stands for a module, but nothing of the module.
    pub(super) fn namespace(&mut self, at: At) {
        let program = self.program;
        match program.kind(at) {
            Kind::Var(var) => {
                for def in program.flow(at.0).vars.get(*var as usize).map_or(&[][..], |var| &var.defs) {
                    match def {
                        Def::Import(import) => self.targets(at.0, import),
                        Def::Node(node) => self.namespace((at.0, *node)),
                        _ => {}
                    }
                }
            }
            Kind::Import(_) => {
                for target in program.dynamic_targets(at) {
                    self.reach.targets.insert(target);
                }
            }
            _ => {
                for part in program.flow(at.0).parts(at.1) {
                    self.namespace((at.0, part));
                }
            }
        }
    }

    pub(super) fn targets(&mut self, unit: UnitId, import: &Import) {
        let targets = self.program.targets(unit, import);
        self.reach.targets.extend(targets);
    }

    pub(super) fn export(&mut self, unit: UnitId, name: &str, depth: u32) {
        let program = self.program;
        let flow = program.flow(unit);
        let mut found = false;
        for (_, def) in
            flow.exports.iter().filter(|(export, _)| &**export == name || (name == "default" && &**export == "*"))
        {
            found = true;
            self.definition(unit, def, None);
        }
        if found || depth > 16 {
            return;
        }
        let mut elsewhere = false;
        for star in &flow.stars {
            self.targets(unit, star);
            for target in program.targets(unit, star) {
                if let Some(other) = program.unit_of(target).filter(|other| *other != unit) {
                    elsewhere = true;
                    self.enter(other);
                    self.export(other, name, depth + 1);
                }
            }
        }
        if !elsewhere {
            self.push(Item::Exports(unit));
        }
    }

    pub(super) fn exports(&mut self, unit: UnitId) {
        let program = self.program;
        for (_, def) in &program.flow(unit).exports {
            self.definition(unit, def, None);
        }
        for star in &program.flow(unit).stars {
            self.import(unit, star, false);
        }
    }

    /// An import runs, or a name that it binds is used; `whole` takes all that a module gives.
    pub(super) fn import(&mut self, unit: UnitId, import: &Import, unnamed: bool) {
        let program = self.program;
        self.targets(unit, import);
        let targets = program.targets(unit, import);
        let own: Vec<UnitId> = targets.iter().filter_map(|target| program.unit_of(*target)).collect();
        own.iter().for_each(|own| self.enter(*own));
        let Some(last) = own.last().copied() else { return };
        match &import.member {
            _ if unnamed => {}
            Member::Name(name) => match program.member_module(import) {
                Some(module) => self.push(Item::Exports(module)),
                None => self.export(last, name, 0),
            },
            Member::Whole => self.push(Item::Exports(last)),
            Member::Root => {}
        }
    }

    pub(super) fn required(&mut self, at: At) {
        let program = self.program;
        let constant = matches!(program.kind(at), Kind::Import(request) if program.text((at.0, *request)).is_some());
        let targets = program.dynamic_targets(at);
        if !constant && targets.iter().filter(|target| program.unit_of(**target).is_some()).count() > 1 {
            // Which one depends on the event; a route says.
            return;
        }
        for target in targets {
            self.reach.targets.insert(target);
            if let Some(own) = program.unit_of(target) {
                self.push(Item::Region(Region::Module(own)));
            }
        }
    }
}
