package dataset

// Carry is what a freeze does with the codings of the last dataset.
var Carry = carry
