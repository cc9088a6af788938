//! Where a file uses names that imports bind.

use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, BindingIdentifier, BindingPattern, CallExpression, Expression, FunctionBody, IdentifierReference, Program,
};
use oxc_ast_visit::Visit;
use oxc_span::GetSpan;

use crate::lang::moving::Refusal;

/// Methods that call what they are given once for each element.
const EACH: [&str; 11] =
    ["map", "forEach", "filter", "reduce", "reduceRight", "some", "every", "find", "findIndex", "flatMap", "sort"];
/// Longest text that names a callback.
const LONGEST_NAME: usize = 60;

/// A function body that can import for itself.
pub(super) struct Place {
    /// What people call the function.
    pub(super) name: String,
    /// Behind the opening brace, or behind the directives.
    pub(super) open: usize,
    /// The first statement.
    pub(super) first: usize,
    span: oxc_span::Span,
    /// The `switch` whose cases share one scope with it.
    switch: Option<oxc_span::Span>,
}

/// What one name is used for.
#[derive(Default)]
struct Used {
    places: Vec<usize>,
    refused: Option<(u32, String)>,
    is_type: bool,
    bound: u32,
    last_bound: u32,
}

/// The uses of some names in a file.
pub(super) struct Uses<'a> {
    text: &'a str,
    names: Vec<&'a str>,
    used: Vec<Used>,
    pub(super) places: Vec<Place>,
    pub(super) has_decorators: bool,
    /// Where code is run that may name anything around it.
    evaluated: Option<u32>,
    /// Whether a place must be able to wait for the import.
    needs_async: bool,
    /// Places that other requests pass, too.
    crossroads: &'a [u32],
}

impl<'a> Uses<'a> {
    pub(super) fn of(
        text: &'a str,
        program: &Program<'_>,
        names: &[&'a str],
        crossroads: &'a [u32],
        needs_async: bool,
    ) -> Self {
        let uses = Self {
            text,
            names: names.to_vec(),
            used: names.iter().map(|_| Used::default()).collect(),
            places: Vec::new(),
            has_decorators: false,
            evaluated: None,
            needs_async,
            crossroads,
        };
        let mut walk = Walk { uses, stack: Vec::new() };
        walk.visit_program(program);
        walk.uses
    }

    fn of_name(&self, name: &str) -> Option<&Used> {
        self.used.get(self.names.iter().position(|other| *other == name)?)
    }

    /// Whether a name can be bound by functions alone.
    pub(super) fn judge(&self, name: &str) -> Result<(), Refusal> {
        if let Some(at) = self.evaluated {
            return Err(Refusal::at(at, "`eval` may look the name up"));
        }
        let Some(used) = self.of_name(name) else { return Ok(()) };
        if let Some((at, why)) = &used.refused {
            return Err(Refusal::at(*at, why.clone()));
        }
        if used.bound > 1 {
            return Err(Refusal::at(used.last_bound, format!("another declaration has the name `{name}`")));
        }
        let mut switches: Vec<oxc_span::Span> = Vec::new();
        for place in self.places_of(name).iter().filter_map(|place| self.places.get(*place)) {
            if place.switch.is_some_and(|switch| switches.contains(&switch)) {
                return Err(Refusal::at(place.span.start, format!("several cases of one switch use `{name}`")));
            }
            switches.extend(place.switch);
        }
        Ok(())
    }

    /// The places that have to import a name: those with a use, unless one around them imports it.
    pub(super) fn places_of(&self, name: &str) -> Vec<usize> {
        let Some(used) = self.of_name(name) else { return Vec::new() };
        let inside = |place: usize, other: usize| match (self.places.get(place), self.places.get(other)) {
            (Some(a), Some(b)) => place != other && b.span.start <= a.span.start && a.span.end <= b.span.end,
            _ => false,
        };
        let is_outer = |place: &&usize| !used.places.iter().any(|other| inside(**place, *other));
        used.places.iter().filter(is_outer).copied().collect()
    }

    /// Whether types name it.
    pub(super) fn is_type(&self, name: &str) -> bool {
        self.of_name(name).is_some_and(|used| used.is_type)
    }

    fn place(&mut self, place: Place) -> usize {
        if let Some(at) = self.places.iter().position(|other| other.span == place.span) {
            return at;
        }
        self.places.push(place);
        self.places.len() - 1
    }

    fn is_shared(&self, span: oxc_span::Span) -> bool {
        self.crossroads.iter().any(|offset| span.start <= *offset && *offset < span.end)
    }
}

fn of_body(name: String, body: &FunctionBody<'_>) -> Place {
    let open = body.directives.last().map_or(body.span.start + 1, |directive| directive.span.end) as usize;
    let first = body.statements.first().map_or(body.span.end, |first| first.span().start) as usize;
    Place { name, open, first, span: body.span, switch: None }
}

struct Walk<'a, 'ast> {
    uses: Uses<'a>,
    stack: Vec<AstKind<'ast>>,
}

/// A function around a use, from the inside.
struct Around<'s, 'ast> {
    body: &'s FunctionBody<'ast>,
    /// Position of the function on the stack.
    at: usize,
    is_async: bool,
}

impl<'ast> Walk<'_, 'ast> {
    /// The functions around the code at hand whose bodies it is in.
    fn around(&self) -> Vec<Around<'ast, 'ast>> {
        let mut found = Vec::new();
        let mut body = None;
        for (at, kind) in self.stack.iter().enumerate().rev() {
            match kind {
                AstKind::FunctionBody(inner) => body = Some(*inner),
                AstKind::Function(function) => {
                    found.extend(body.take().map(|body| Around { body, at, is_async: function.r#async }));
                }
                AstKind::ArrowFunctionExpression(arrow) => {
                    found.extend(body.take().map(|body| Around { body, at, is_async: arrow.r#async }));
                }
                _ => {}
            }
        }
        found.retain(|around| !self.is_called_on_the_spot(around.at));
        found
    }

    fn call_around(&self, at: usize) -> Option<&CallExpression<'ast>> {
        match self.stack.get(at.checked_sub(1)?)? {
            AstKind::CallExpression(call) => Some(*call),
            _ => None,
        }
    }

    fn is_called_on_the_spot(&self, at: usize) -> bool {
        let function = self.stack.get(at).map(GetSpan::span);
        self.call_around(at).is_some_and(|call| Some(call.callee.span()) == function)
    }

    /// Whether a function is called for each element of something.
    fn is_called_for_each(&self, at: usize) -> bool {
        let callee = self.call_around(at).map(|call| &call.callee);
        matches!(callee, Some(Expression::StaticMemberExpression(member)) if EACH.contains(&member.property.name.as_str()))
    }

    fn use_of(&mut self, name: &str, span: oxc_span::Span) {
        let Some(at) = self.uses.names.iter().position(|other| *other == name) else { return };
        let is_type = self.stack.iter().rev().skip(1).any(|kind| {
            matches!(
                kind,
                AstKind::TSTypeReference(_)
                    | AstKind::TSTypeQuery(_)
                    | AstKind::TSClassImplements(_)
                    | AstKind::TSInterfaceHeritage(_)
            )
        });
        let place = if is_type { Ok(None) } else { self.place_of(name, span).map(Some) };
        let Some(used) = self.uses.used.get_mut(at) else { return };
        used.is_type |= is_type;
        match place {
            Ok(Some(place)) if !used.places.contains(&place) => used.places.push(place),
            Ok(_) => {}
            Err(why) => used.refused = used.refused.take().or(Some((span.start, why))),
        }
    }

    /// The place that has to import a name for a use of it.
    fn place_of(&mut self, name: &str, span: oxc_span::Span) -> Result<usize, String> {
        if self.is_written(span) {
            return Err(format!("`{name}` is assigned to"));
        }
        let around = self.around();
        if around.is_empty() {
            return Err(format!("`{name}` is used while the module loads, or in a function without a block"));
        }
        let mut able = around.iter().filter(|around| around.is_async || !self.uses.needs_async);
        let Some(mut place) = able.next() else {
            let innermost = around.first().map_or_else(String::new, |around| self.name(around.at));
            return Err(format!("`{name}` is used in {innermost}, which is not async and cannot wait for it"));
        };
        for outer in able {
            if !self.is_called_for_each(place.at) {
                break;
            }
            place = outer;
        }
        let (called, body) = (self.name(place.at), place.body);
        if !self.uses.is_shared(body.span) {
            return Ok(self.uses.place(of_body(called, body)));
        }
        match self.branch(place.at, &called) {
            Some(branch) if !self.uses.is_shared(branch.span) => Ok(self.uses.place(branch)),
            _ => Err(format!("`{name}` is used in {called} whatever the request is, or in a branch without a block")),
        }
    }

    /// The innermost block of a function around the code at hand that runs in some cases only, and is not part of
    /// a function inside it.
    fn branch(&self, function: usize, called: &str) -> Option<Place> {
        let mut found = None;
        for at in (function + 1..self.stack.len()).rev() {
            match self.stack.get(at)? {
                AstKind::Function(_) | AstKind::ArrowFunctionExpression(_) => found = None,
                _ if found.is_none() => found = self.branch_at(at, called),
                _ => {}
            }
        }
        found
    }

    fn branch_at(&self, at: usize, called: &str) -> Option<Place> {
        let name = format!("a branch of {called}");
        let parent = self.stack.get(at - 1);
        match self.stack.get(at)? {
            AstKind::BlockStatement(block) => {
                let is_branch =
                    matches!(parent, Some(AstKind::IfStatement(_) | AstKind::CatchClause(_) | AstKind::SwitchCase(_)));
                let first = block.body.first().map_or(block.span.end, |first| first.span().start) as usize;
                let open = block.span.start as usize + 1;
                is_branch.then_some(Place { name, open, first, span: block.span, switch: None })
            }
            AstKind::SwitchCase(case) => {
                let first = case.consequent.first()?.span().start as usize;
                let test = case.test.as_ref().map_or(case.span.start, |test| test.span().end) as usize;
                let open = test + self.uses.text.get(test..first)?.find(':')? + 1;
                // A use in the test itself is not of the case.
                let inside = self.stack.last().is_some_and(|used| used.span().start as usize >= open);
                inside.then_some(Place { name, open, first, span: case.span, switch: parent.map(GetSpan::span) })
            }
            _ => None,
        }
    }

    /// Whether a name is what an assignment writes to.
    fn is_written(&self, span: oxc_span::Span) -> bool {
        let parent = self.stack.iter().rev().nth(1);
        let is_target = |target: oxc_span::Span| target == span;
        match parent {
            Some(AstKind::AssignmentExpression(assignment)) => is_target(assignment.left.span()),
            Some(
                AstKind::UpdateExpression(_)
                | AstKind::ArrayAssignmentTarget(_)
                | AstKind::ObjectAssignmentTarget(_)
                | AstKind::AssignmentTargetRest(_)
                | AstKind::AssignmentTargetPropertyIdentifier(_)
                | AstKind::AssignmentTargetPropertyProperty(_),
            ) => true,
            Some(AstKind::AssignmentTargetWithDefault(target)) => is_target(target.binding.span()),
            Some(AstKind::ForInStatement(statement)) => is_target(statement.left.span()),
            Some(AstKind::ForOfStatement(statement)) => is_target(statement.left.span()),
            _ => false,
        }
    }

    /// What people call the function at a position of the stack.
    fn name(&self, at: usize) -> String {
        if let Some(AstKind::Function(function)) = self.stack.get(at)
            && let Some(id) = &function.id
        {
            return format!("{}()", id.name);
        }
        let text = |span: oxc_span::Span| {
            let text = self.uses.text.get(span.start as usize..span.end as usize).unwrap_or_default();
            Some(text).filter(|text| text.len() <= LONGEST_NAME && !text.contains('\n'))
        };
        let named = match at.checked_sub(1).and_then(|parent| self.stack.get(parent)) {
            Some(AstKind::VariableDeclarator(one)) => match &one.id {
                BindingPattern::BindingIdentifier(name) => Some(format!("{}()", name.name)),
                _ => None,
            },
            Some(AstKind::MethodDefinition(method)) => text(method.key.span()).map(|name| format!("{name}()")),
            Some(AstKind::ObjectProperty(property)) => text(property.key.span()).map(|name| format!("{name}()")),
            Some(AstKind::PropertyDefinition(property)) => text(property.key.span()).map(|name| format!("{name}()")),
            Some(AstKind::AssignmentExpression(one)) => text(one.left.span()).map(|name| format!("{name}()")),
            Some(AstKind::CallExpression(call)) => {
                let first = call.arguments.first().filter(|argument| matches!(argument, Argument::StringLiteral(_)));
                let first = first.and_then(|argument| text(argument.span())).unwrap_or("..");
                text(call.callee.span()).map(|callee| format!("the callback of {callee}({first})"))
            }
            _ => None,
        };
        named.unwrap_or_else(|| "a function without a name".to_owned())
    }
}

impl<'ast> Visit<'ast> for Walk<'_, 'ast> {
    fn enter_node(&mut self, kind: AstKind<'ast>) {
        self.uses.has_decorators |= matches!(kind, AstKind::Decorator(_));
        self.stack.push(kind);
    }

    fn leave_node(&mut self, _: AstKind<'ast>) {
        self.stack.pop();
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'ast>) {
        // Only called by its own name does it see the scopes around it: ECMA-262, 13.3.6.1.
        if !it.optional && matches!(&it.callee, Expression::Identifier(name) if name.name == "eval") {
            self.uses.evaluated = self.uses.evaluated.or(Some(it.span.start));
        }
        oxc_ast_visit::walk::walk_call_expression(self, it);
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'ast>) {
        let kind = AstKind::IdentifierReference(self.alloc(it));
        self.enter_node(kind);
        self.use_of(it.name.as_str(), it.span);
        self.leave_node(kind);
    }

    fn visit_binding_identifier(&mut self, it: &BindingIdentifier<'ast>) {
        if let Some(at) = self.uses.names.iter().position(|other| *other == it.name.as_str())
            && let Some(used) = self.uses.used.get_mut(at)
        {
            used.bound += 1;
            used.last_bound = it.span.start;
        }
    }
}
