/** Benchmarks, and what writes their figures into the README. */
package org.bulkhead.benchmarks;
