/** What the whole gateway costs: its start, its memory, its size. */
package org.bulkhead.benchmarks.gateway;
