/** What the names of files in a folder of checkpoints tell. */

/** Lists which tensor lies in which shard. */
export const indexFile = /\.(safetensors|bin|pt|pth)\.index\.json$/i;

/** What trainers write beside the weights, with the same endings. */
export const besides = /^(optim|scheduler|scaler|rng_state|random_states|train(ing_args|er|\.))/i;

/** Names that programs give to what they have not finished writing. */
export const unfinished = /\.(partial|tmp|temp|incomplete|part|lock|download|crdownload)$|^tmp[-_]|~$/i;
