# racks: power against caps
set xrange [from:to]
set xlabel 'time, '.time_unit
called = shown < racks ? sprintf('%s: %d of %d racks, those with the highest peaks', label[1], \
    shown, racks) : sprintf('%s: racks', label[1])
set title called
if (shown == 0) {
    set label 1 'no power of racks in this trace' at graph 0.5, graph 0.5 center
    set yrange [0:1]
    unset key
    plot -1 notitle
} else {
    columns = shown > 3 ? 2 : 1
    rows = (shown + columns - 1) / columns
    set multiplot layout rows, columns title called
    # one scale for all, so that they can be compared
    set yrange [0:1.45 * most]
    do for [i = 1:shown] {
        set title rack[i]
        set ylabel 'power, kW'
        set key top right horizontal width 2
        if (capped[i]) {
            plot data index sprintf('power %d', i) using 1:3:4 with filledcurves linetype 3 notitle, \
                 '' index sprintf('power %d', i) using 1:2 with lines linetype 3 title 'drawn', \
                 '' index sprintf('cap %d', i) using 1:2 with lines linecolor 'gray40' dashtype 2 \
                    title 'cap'
        } else {
            plot data index sprintf('power %d', i) using 1:3:4 with filledcurves linetype 3 notitle, \
                 '' index sprintf('power %d', i) using 1:2 with lines linetype 3 notitle
        }
    }
    unset multiplot
}
