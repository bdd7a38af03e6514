/** The device that the tests' runs compute on. */
export const device = "cpu";
