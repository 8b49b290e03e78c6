/** Names for the namespaces of variants: short, easy to type and to say, and none means anything in a network. */
export const variantNames: readonly string[] = (
  'acorn alder amber apple aspen aster basil beech berry birch briar cedar cider clover cocoa coral daisy dune ' +
  'elder elm ember fern fig flint gorse grape hazel heath holly iris ivy jade juniper kelp larch lemon lilac lime ' +
  'linden lotus maple mint moss myrtle oak olive onyx opal peach pearl pepper pine plum poppy quartz quince reed ' +
  'rose rowan ruby rush sage spruce tansy thyme topaz tulip violet walnut willow yarrow yew'
).split(' ')
