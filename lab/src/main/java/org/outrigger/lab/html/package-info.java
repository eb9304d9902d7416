/**
 * Reports as one HTML file each: {@link org.outrigger.lab.html.Page pages} of {@link org.outrigger.lab.html.Block blocks}, whose
 * {@link org.outrigger.lab.html.Chart charts} are drawn as SVG when the file is written. A page holds no script and loads
 * nothing.
 */
package org.outrigger.lab.html;
