//! Orders and cycles of things that refer to one another.

/// The nodes of a graph, each after those it refers to, and its cycles. Edges lead to what is
/// referred to. Nothing here recurses: a chain may be as long as the workspace.
pub(crate) struct Order {
    /// All nodes. Those of a cycle stand in no particular order.
    pub(crate) nodes: Vec<usize>,
    /// Groups of nodes that refer to one another or, one alone, to itself; each ascending.
    pub(crate) cycles: Vec<Vec<usize>>,
}

/// Tarjan's strongly connected components, which come out in the wanted order.
pub(crate) fn order(edges: &[Vec<usize>]) -> Order {
    let mut tarjan = Tarjan {
        edges,
        seen: vec![None; edges.len()],
        low: vec![0; edges.len()],
        open: vec![false; edges.len()],
        stack: Vec::new(),
        counter: 0,
        order: Order { nodes: Vec::new(), cycles: Vec::new() },
    };
    for root in 0..edges.len() {
        tarjan.visit(root);
    }
    tarjan.order
}

struct Tarjan<'e> {
    edges: &'e [Vec<usize>],
    /// When a node was met.
    seen: Vec<Option<usize>>,
    /// The earliest open node that can be reached.
    low: Vec<usize>,
    open: Vec<bool>,
    stack: Vec<usize>,
    counter: usize,
    order: Order,
}

impl Tarjan<'_> {
    fn visit(&mut self, root: usize) {
        if self.seen.get(root).copied().flatten().is_some() {
            return;
        }
        // A node, and how many of its edges are done.
        let mut path: Vec<(usize, usize)> = vec![(root, 0)];
        self.enter(root);
        while let Some((node, edge)) = path.last().copied() {
            let next = self.edges.get(node).and_then(|edges| edges.get(edge)).copied();
            if let Some(last) = path.last_mut() {
                last.1 += 1;
            }
            match next {
                Some(next) => match self.seen.get(next).copied().flatten() {
                    None => {
                        self.enter(next);
                        path.push((next, 0));
                    }
                    Some(when) if self.open.get(next) == Some(&true) => self.lower(node, when),
                    Some(_) => {}
                },
                None => {
                    path.pop();
                    let low = self.low.get(node).copied().unwrap_or(0);
                    if let Some((parent, _)) = path.last() {
                        self.lower(*parent, low);
                    }
                    if self.seen.get(node).copied().flatten() == Some(low) {
                        self.close(node);
                    }
                }
            }
        }
    }

    fn enter(&mut self, node: usize) {
        set(&mut self.seen, node, Some(self.counter));
        set(&mut self.low, node, self.counter);
        set(&mut self.open, node, true);
        self.counter += 1;
        self.stack.push(node);
    }

    fn lower(&mut self, node: usize, to: usize) {
        if let Some(low) = self.low.get_mut(node) {
            *low = (*low).min(to);
        }
    }

    /// The nodes on the stack down to `node` form a component.
    fn close(&mut self, node: usize) {
        let mut component = Vec::new();
        while let Some(top) = self.stack.pop() {
            set(&mut self.open, top, false);
            component.push(top);
            if top == node {
                break;
            }
        }
        component.sort_unstable();
        self.order.nodes.extend(&component);
        let to_itself = self.edges.get(node).is_some_and(|edges| edges.contains(&node));
        if component.len() > 1 || to_itself {
            self.order.cycles.push(component);
        }
    }
}

fn set<T>(values: &mut [T], at: usize, value: T) {
    if let Some(slot) = values.get_mut(at) {
        *slot = value;
    }
}

#[cfg(test)]
mod tests {
    use super::order;

    #[test]
    fn what_is_referred_to_comes_first() {
        let found = order(&[vec![1, 2], vec![2], vec![], vec![0]]);
        assert_eq!(found.nodes, [2, 1, 0, 3]);
        assert!(found.cycles.is_empty());
    }

    #[test]
    fn cycles_are_found_long_and_short() {
        let found = order(&[vec![1], vec![2], vec![0], vec![3], vec![0]]);
        assert_eq!(found.cycles, [vec![0, 1, 2], vec![3]]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let chain: Vec<Vec<usize>> = (1..=200_000).map(|next| vec![next % 200_000]).collect();
        assert_eq!(order(&chain).cycles.len(), 1);
    }
}
