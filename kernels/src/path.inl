// Everything a code path is made of; included once by each, inside a namespace of its own, behind its few own definitions:
//   W, kGroup, kBias, kLimbs, kColumnBlock, kRowsAtOnce, kQueriesAtOnce, kValueVectors
//   Activation, SignedActivation, Weights; after lanes.inl: loadWeights, broadcast, dot, dotKeys, dotValues, joinLimbs, sigmoidOf,
//   decays
// Only functions of internal linkage may stand here: the linker must not share code between paths.

#include "rows.inl"
#include "product.inl"
#include "attention.inl"
#include "frequencies.inl"
#include "pass.inl"
#include "measure.inl"
